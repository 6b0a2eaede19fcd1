package aligrad.benchmarks.cases;

import java.util.Locale;

/// Whom Aligrad is compared with.
public enum Peer {
    /// PyTorch's library, through DJL.
    LIBTORCH,
    /// The BLAS, for matrix products only.
    OPENBLAS;

    /// The name in the table, such as `libtorch`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
