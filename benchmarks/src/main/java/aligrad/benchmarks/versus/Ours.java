package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;
import aligrad.benchmarks.cases.Turns;
import aligrad.benchmarks.cases.Workload;
import aligrad.tensor.Tensor;

/// Aligrad's side, and the main class of its virtual machine.
public final class Ours {

    private Ours() {}

    /// Computes on the device that `aligrad.device` names.
    ///
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
                                .orElseGet(() -> new Awaited(workload(Cases.of(name)))));
    }

    /// A workload that waits for the device. A device does what it is told in order, so whoever has
    /// read a number of it knows that all before is done.
    private static final class Awaited implements Workload {
        private final Workload workload;
        private final Tensor mark = Tensor.of(new float[] {1}, 1);

        Awaited(Workload workload) {
            this.workload = workload;
        }

        @Override
        public void run() {
            workload.run();
        }

        @Override
        public void finish() {
            mark.item();
        }

        @Override
        public double[] check() {
            return workload.check();
        }

        @Override
        public String note() {
            return workload.note();
        }
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
