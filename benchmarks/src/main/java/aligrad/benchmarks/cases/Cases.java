package aligrad.benchmarks.cases;

import aligrad.benchmarks.cases.Case.Chain;
import aligrad.benchmarks.cases.Case.Convolution;
import aligrad.benchmarks.cases.Case.Gemm;
import aligrad.benchmarks.cases.Case.LayerNorm;
import aligrad.benchmarks.cases.Case.Network;
import aligrad.benchmarks.cases.Case.SoftmaxCrossEntropy;
import aligrad.benchmarks.cases.Case.Update;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The cases of `./aligrad bench versus`, in the order of the table. A new network is an entry here
/// with its [Architecture], and a builder on each side: Aligrad's, the peers' and `pytorch.py`.
public final class Cases {

    /// All that are compared on the processor unless some are named.
    public static final List<Case> ALL =
            List.of(
                    new Gemm("gemm-512", 512),
                    new Gemm("gemm-1024", 1024),
                    new Gemm("gemm-2048", 2048),
                    new Convolution("conv-64", 32, 64, 64, 32, 3, 1, 1),
                    new Convolution("conv-128", 32, 128, 128, 16, 3, 1, 1),
                    new Convolution("conv-256", 32, 256, 256, 8, 3, 1, 1),
                    new Convolution("conv-16-64", 32, 16, 64, 32, 3, 1, 1),
                    new Convolution("conv-64-128-s2", 32, 64, 128, 32, 3, 2, 1),
                    new Convolution("conv-1x1-s2", 32, 64, 128, 32, 1, 2, 0),
                    new Network("lenet", Architecture.LENET, 32, 0.9, 0),
                    new Network("mlp-256", Architecture.MLP, 32, 0.9, 0),
                    new Network("dnc", Architecture.DNC, 16, 0, 0),
                    new Network("wrn-16-4", Architecture.WRN_16_4, 64, 0.9, 0.4),
                    new Network("densenet-40-40", Architecture.DENSENET_40_40, 32, 0.9, 0),
                    new Network("infersent-512", Architecture.INFERSENT_512, 64, 0, 0),
                    new Network("infersent-2048", Architecture.INFERSENT_2048, 64, 0, 0),
                    new LayerNorm("layernorm", 2048, 1024),
                    new SoftmaxCrossEntropy("softmax-ce", 2048, 1000),
                    new Update("alig-update-64k", 1 << 16),
                    new Update("alig-update-1m", 1 << 20),
                    new Update("alig-update-16m", 1 << 24),
                    new Chain("pointwise-chain", 1 << 16));

    /// Those of a quick comparison: all but the largest, which takes a minute and more, and is the
    /// smaller InferSent over again.
    public static final List<Case> QUICK =
            ALL.stream().filter(c -> !c.name().equals("infersent-2048")).toList();

    /// What would take minutes on a processor, or leaves an accelerator idle in a smaller size.
    private static final List<Case> LARGE =
            List.of(
                    new Gemm("gemm-4096", 4096),
                    new Network("wrn-16-4-b128", Architecture.WRN_16_4, 128, 0.9, 0.4));

    /// Those with a name.
    private static final List<Case> NAMED = Stream.concat(ALL.stream(), LARGE.stream()).toList();

    /// All that are compared on another device unless some are named.
    public static final List<Case> ON_A_DEVICE =
            NAMED.stream().filter(c -> !c.name().equals("wrn-16-4")).toList();

    /// Those of a quick comparison on another device: one of each kind, the large ones first.
    public static final List<Case> QUICK_ON_A_DEVICE =
            List.of(
                    of("gemm-4096"),
                    of("conv-64"),
                    of("conv-128"),
                    of("conv-256"),
                    of("wrn-16-4-b128"),
                    of("dnc"),
                    of("alig-update-16m"));

    private Cases() {}

    /// The case of this name.
    ///
    /// @throws IllegalArgumentException if there is none; it lists the names
    public static Case of(String name) {
        return NAMED.stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s: there is no case of that name; choose from %s"
                                                .formatted(name, names())));
    }

    /// The case of this name, or all whose names begin with it and a hyphen: `infersent` names
    /// `infersent-512` and `infersent-2048`.
    ///
    /// @throws IllegalArgumentException if there is none; it lists the names
    public static List<Case> named(String name) {
        List<Case> family = NAMED.stream().filter(c -> c.name().startsWith(name + "-")).toList();
        boolean isOne = NAMED.stream().anyMatch(c -> c.name().equals(name));
        return isOne || family.isEmpty() ? List.of(of(name)) : family;
    }

    private static String names() {
        return NAMED.stream().map(Case::name).collect(Collectors.joining(", "));
    }
}
