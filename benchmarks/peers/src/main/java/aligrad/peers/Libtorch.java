package aligrad.peers;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;
import aligrad.benchmarks.cases.Turns;
import aligrad.benchmarks.cases.Workload;

import java.util.function.BiFunction;

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
            case Case.LayerNorm norm -> new TorchKernels.LayerNormPasses(norm);
            case Case.SoftmaxCrossEntropy loss -> new TorchKernels.SoftmaxCrossEntropy(loss);
            case Case.Network network -> training(network);
        };
    }

    private static Workload training(Case.Network c) {
        return switch (c.architecture()) {
            case LENET -> faster(c, TorchLenet::new);
            case MLP -> new TorchTraining(c, TorchMlp::new);
            case DNC -> new TorchTraining(c, TorchDnc::new);
            case WRN_16_4 -> faster(c, TorchWideResNet::new);
            case DENSENET_40_40 ->
                    // Contiguous, libtorch 2.7.1 computes a wrong gradient: that of the images of a
                    // 3x3 convolution to 40 channels is off by 5 %, for 64 channels it is right.
                    new TorchTraining(c, it -> new TorchDenseNet(it, Memory.CHANNELS_LAST));
            case INFERSENT_512, INFERSENT_2048 ->
                    Faster.of(
                            new TorchTraining(c, it -> new TorchInferSent(it, false)),
                            new TorchTraining(c, it -> new TorchInferSent(it, true)));
        };
    }

    /// With the layout of images that is faster.
    private static Workload faster(
            Case.Network c, BiFunction<Case.Network, Memory, TorchNetwork> maker) {
        return Faster.of(
                new TorchTraining(c, it -> maker.apply(it, Memory.CONTIGUOUS)),
                new TorchTraining(c, it -> maker.apply(it, Memory.CHANNELS_LAST)));
    }
}
