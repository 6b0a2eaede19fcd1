package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/// The option `--subset` of `aligrad train`.
final class SubsetOption {

    private static final String NAME = "subset";

    @Option(
            names = "--subset",
            paramLabel = "N",
            description =
                    "trains on N samples, and judges by as great a part of those for validation and"
                            + " the test (default: all)")
    private @Nullable Long subset;

    /// What the option says, checked as far as that goes without the data.
    Subset of(Settings settings) {
        String given = settings.optional(NAME, subset == null ? null : Long.toString(subset));
        if (given == null) {
            return Subset.ALL;
        }
        long count = settings.whole(NAME, subset, 0);
        settings.requireCount(NAME, count, Integer.MAX_VALUE);
        return new Subset(Math.toIntExact(count));
    }
}
