package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;

import java.util.List;

/// Three linear layers.
final class TorchMlp implements TorchNetwork {

    private final NDArray inputs;
    private final CrossEntropy loss;

    TorchMlp(Case.Network c) {
        inputs = Torch.uniform("x", 1, c.batch(), 784);
        loss = new CrossEntropy(c.batch(), Architecture.CLASSES);
    }

    @Override
    public NDArray initial(Architecture.Weights weights) {
        return Torch.of(weights.values(), weights.extents());
    }

    @Override
    public List<NDArray> constants() {
        return List.of(inputs);
    }

    @Override
    public NDArray loss(List<NDArray> w) {
        NDArray x = Activation.relu(linear(inputs, w.get(0), w.get(1)));
        x = Activation.relu(linear(x, w.get(2), w.get(3)));
        return loss.of(linear(x, w.get(4), w.get(5)));
    }

    private static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        return Linear.linear(x, weight, bias).singletonOrThrow();
    }
}
