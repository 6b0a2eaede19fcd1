package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;
import aligrad.benchmarks.cases.Turns;
import aligrad.benchmarks.cases.Workload;

/// Aligrad's side, and the main class of its virtual machine.
public final class Ours {

    private Ours() {}

    /// @param args the name of a case or of a [Roof], milliseconds of warming up, milliseconds of a
    ///   turn
    public static void main(String[] args) {
        String name = args[0];
        Turns.take(
                name,
                Double.parseDouble(args[1]),
                Double.parseDouble(args[2]),
                () ->
                        Roof.named(name)
                                .map(Roof::workload)
                                .orElseGet(() -> workload(Cases.of(name))));
    }

    /// What Aligrad does for a case.
    public static Workload workload(Case c) {
        return switch (c) {
            case Case.Gemm gemm -> new OurKernels.Product(gemm);
            case Case.Convolution convolution -> new OurKernels.Passes(convolution);
            case Case.Chain chain -> new OurKernels.Pointwise(chain);
            case Case.Update update -> new OurUpdate(update);
            case Case.LayerNorm norm -> new OurKernels.LayerNormPasses(norm);
            case Case.SoftmaxCrossEntropy loss -> new OurKernels.SoftmaxCrossEntropy(loss);
            case Case.Network network -> new OurTraining(network);
        };
    }
}
