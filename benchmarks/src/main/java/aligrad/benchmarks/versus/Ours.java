package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;
import aligrad.benchmarks.cases.Turns;
import aligrad.benchmarks.cases.Workload;
import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Aligrad's side, and the main class of its virtual machine.
public final class Ours {

    private Ours() {}

    /// How this is started, as the launcher starts Aligrad.
    ///
    /// @param flags more flags of the virtual machine
    static Contestant.Side side(int threads, List<String> flags) {
        List<String> all = new ArrayList<>();
        all.add("--add-modules=jdk.incubator.vector");
        all.add("--enable-native-access=ALL-UNNAMED");
        all.add("-XX:+UseSerialGC");
        all.addAll(flags);
        all.add("-cp");
        all.add(System.getProperty("java.class.path"));
        return Contestant.Side.java("ours", Ours.class.getName(), all, threads, Map.of());
    }

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
