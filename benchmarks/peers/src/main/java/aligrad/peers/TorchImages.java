package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// What the large networks on images of 32 by 32 pixels share. Batch normalization, dropout and
/// pooling are PyTorch's own operations; running statistics are updated by the first, as in
/// training.
abstract class TorchImages implements TorchNetwork {

    /// The weight of the batch in the running statistics, and what is added to the variance.
    private static final double MOMENTUM = 0.1;

    private static final double EPSILON = 1e-5;
    private static final Shape ONE = new Shape(1, 1);

    private final Memory memory;
    private final NDArray images;
    private final CrossEntropy loss;
    private final double dropout;
    private final List<NDArray> running = new ArrayList<>();
    private Iterator<NDArray> parameters = List.<NDArray>of().iterator();
    private Iterator<NDArray> statistics = running.iterator();

    TorchImages(Case.Network c, Memory memory) {
        this.memory = memory;
        images = memory.images(Torch.uniform("x", 1, c.batch(), 32, 32, 3));
        loss = new CrossEntropy(c.batch(), Architecture.CLASSES);
        dropout = c.dropout();
        for (Architecture.Weights w : c.architecture().parameters()) {
            if (w.name().contains("norm") && w.name().endsWith("weight")) {
                running.add(Torch.MANAGER.zeros(new Shape(w.extents()[0])));
                running.add(Torch.MANAGER.ones(new Shape(w.extents()[0])));
            }
        }
    }

    /// The scores of the images, with the parameters in the order in which they are asked for.
    abstract NDArray scores(NDArray images);

    @Override
    public final NDArray initial(Architecture.Weights weights) {
        NDArray values = Torch.of(weights.values(), weights.extents());
        return weights.extents().length == 4 ? memory.images(values) : values;
    }

    @Override
    public final List<NDArray> constants() {
        List<NDArray> constants = new ArrayList<>(running);
        constants.add(images);
        return constants;
    }

    @Override
    public final NDArray loss(List<NDArray> w) {
        parameters = w.iterator();
        statistics = running.iterator();
        return loss.of(scores(images));
    }

    @Override
    public final String note() {
        return memory.note();
    }

    /// A convolution that keeps height and width, or divides them by `stride`.
    final NDArray conv(NDArray x, int stride) {
        NDArray filter = parameters.next();
        long padding = filter.getShape().get(2) / 2;
        return Conv2d.conv2d(
                        x, filter, null, new Shape(stride, stride), new Shape(padding, padding))
                .singletonOrThrow();
    }

    final NDArray normRelu(NDArray x) {
        PtNDArray mean = (PtNDArray) statistics.next();
        PtNDArray variance = (PtNDArray) statistics.next();
        PtNDArray weight = (PtNDArray) parameters.next();
        PtNDArray bias = (PtNDArray) parameters.next();
        return Activation.relu(
                JniUtils.batchNorm(
                        (PtNDArray) x, mean, variance, weight, bias, true, MOMENTUM, EPSILON));
    }

    final NDArray dropout(NDArray x) {
        return dropout == 0 ? x : JniUtils.dropout((PtNDArray) x, dropout, true);
    }

    /// The mean of 2x2 pixels.
    static NDArray halve(NDArray x) {
        Shape two = new Shape(2, 2);
        return JniUtils.avgPool((PtNDArray) x, two, two, new Shape(0, 0), false, true);
    }

    static NDArray concat(NDArray a, NDArray b) {
        return JniUtils.cat(new PtNDArray[] {(PtNDArray) a, (PtNDArray) b}, 1);
    }

    /// The mean over all pixels, and a linear layer with a bias or without.
    final NDArray head(NDArray x, boolean bias) {
        NDArray features =
                JniUtils.adaptiveAvgPool((PtNDArray) x, ONE)
                        .reshape(x.getShape().get(0), x.getShape().get(1));
        NDArray weight = parameters.next();
        return Linear.linear(features, weight, bias ? parameters.next() : null).singletonOrThrow();
    }
}
