package aligrad.peers;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;
import aligrad.benchmarks.cases.Turns;
import aligrad.benchmarks.cases.Workload;

/// libtorch's side, and the main class of its virtual machine.
public final class Libtorch {

    private Libtorch() {}

    /// @param args the name of a case, milliseconds of warming up, milliseconds of a turn
    public static void main(String[] args) {
        int threads = Integer.getInteger("aligrad.threads", 1);
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        Engine.getInstance();
        if (JniUtils.getNumThreads() != threads) {
            throw new IllegalStateException(
                    "libtorch uses %d threads instead of %d"
                            .formatted(JniUtils.getNumThreads(), threads));
        }
        Turns.take(
                args[0],
                Double.parseDouble(args[1]),
                Double.parseDouble(args[2]),
                () -> workload(Cases.of(args[0])));
    }

    private static Workload workload(Case c) {
        return switch (c) {
            case Case.Gemm gemm -> new TorchKernels.Product(gemm);
            case Case.Convolution convolution ->
                    Faster.of(
                            new TorchKernels.Passes(convolution, Memory.CONTIGUOUS),
                            new TorchKernels.Passes(convolution, Memory.CHANNELS_LAST));
            case Case.Chain chain -> new TorchKernels.Pointwise(chain);
            case Case.Update update ->
                    Faster.of(
                            new TorchUpdate(update, TorchAliG.Products.NEW),
                            new TorchUpdate(update, TorchAliG.Products.KEPT));
            case Case.Network network -> training(network);
        };
    }

    private static Workload training(Case.Network c) {
        return switch (c.architecture()) {
            case LENET ->
                    Faster.of(
                            new TorchTraining(c, new TorchLenet(c, Memory.CONTIGUOUS)),
                            new TorchTraining(c, new TorchLenet(c, Memory.CHANNELS_LAST)));
            case MLP -> new TorchTraining(c, new TorchMlp(c));
            case DNC -> new TorchTraining(c, new TorchDnc(c));
        };
    }
}
