package aligrad.experiments;

import aligrad.nn.Activation;
import aligrad.nn.Conv2d;
import aligrad.nn.Flatten;
import aligrad.nn.Linear;
import aligrad.nn.MaxPool2d;
import aligrad.nn.Sequential;
import aligrad.tensor.Random;
import aligrad.tensor.Window2d;

/// A small convolutional network for images of 28 by 28 grey pixels: two convolutions of 3x3 with
/// 16 and 32 filters, each halved by maximum pooling, then 128 units and ten classes.
final class SmallConvNet {

    private SmallConvNet() {}

    static Sequential of(Random random) {
        Window2d same = Window2d.of(3).withPadding(1);
        Window2d half = Window2d.of(2).withStride(2);
        return Sequential.of()
                .add("conv1", new Conv2d(1, 16, same, random))
                .add("relu1", Activation.relu())
                .add("pool1", new MaxPool2d(half))
                .add("conv2", new Conv2d(16, 32, same, random))
                .add("relu2", Activation.relu())
                .add("pool2", new MaxPool2d(half))
                .add("flatten", new Flatten())
                .add("fc1", new Linear(7 * 7 * 32, 128, random))
                .add("relu3", Activation.relu())
                .add("fc2", new Linear(128, MnistData.CLASSES, random));
    }
}
