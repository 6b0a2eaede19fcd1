package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Case;

import java.util.List;

/// With whom Aligrad is compared.
interface Peers {

    /// How those are started who take part in a case; nobody where there is nobody.
    List<Contestant.Side> of(Case c);

    /// In two words why there is nobody, such as `no torch`.
    default String absence() {
        return "no peer";
    }
}
