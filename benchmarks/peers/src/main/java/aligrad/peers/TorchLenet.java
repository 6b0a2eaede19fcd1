package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;

import java.util.List;

/// The small convolutional network of `train mnist`.
final class TorchLenet implements TorchNetwork {

    private static final Shape ONE = new Shape(1, 1);
    private static final Shape TWO = new Shape(2, 2);
    private static final Shape NONE = new Shape(0, 0);

    private final Memory memory;
    private final NDArray images;
    private final CrossEntropy loss;

    TorchLenet(Case.Network c, Memory memory) {
        this.memory = memory;
        images = memory.images(Torch.uniform("x", 1, c.batch(), 28, 28, 1));
        loss = new CrossEntropy(c.batch(), Architecture.CLASSES);
    }

    @Override
    public NDArray initial(Architecture.Weights weights) {
        NDArray values = Torch.of(weights.values(), weights.extents());
        if (weights.extents().length == 4) {
            return memory.images(values);
        }
        if (weights.name().equals("fc1.weight") && memory == Memory.CONTIGUOUS) {
            // Its inputs come channel by channel here.
            return memory.images(values.reshape(128, 7, 7, 32)).reshape(128, 7 * 7 * 32);
        }
        return values;
    }

    @Override
    public List<NDArray> constants() {
        return List.of(images);
    }

    @Override
    public NDArray loss(List<NDArray> w) {
        NDArray x = block(images, w.get(0), w.get(1));
        x = block(x, w.get(2), w.get(3));
        if (memory == Memory.CHANNELS_LAST) {
            x = x.transpose(0, 2, 3, 1);
        }
        x = x.reshape(x.getShape().get(0), 7 * 7 * 32);
        x = Activation.relu(Linear.linear(x, w.get(4), w.get(5)).singletonOrThrow());
        return loss.of(Linear.linear(x, w.get(6), w.get(7)).singletonOrThrow());
    }

    private static NDArray block(NDArray x, NDArray filter, NDArray bias) {
        NDArray y = Conv2d.conv2d(x, filter, bias, ONE, ONE).singletonOrThrow();
        return Pool.maxPool2d(Activation.relu(y), TWO, TWO, NONE, false);
    }

    @Override
    public String note() {
        return memory.note();
    }
}
