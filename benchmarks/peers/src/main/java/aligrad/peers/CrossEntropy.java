package aligrad.peers;

import ai.djl.ndarray.NDArray;

import aligrad.benchmarks.cases.Inputs;

/// The mean cross-entropy of scores with the classes of a batch. DJL does not pass on PyTorch's
/// own, so it is a logarithmic softmax from which the classes are picked.
final class CrossEntropy {

    private final NDArray labels;
    private final NDArray factor;

    CrossEntropy(int batch, int classes) {
        labels = Torch.MANAGER.create(Inputs.labels(batch, classes)).reshape(batch, 1);
        factor = Torch.scalar(-1.0 / batch);
    }

    NDArray of(NDArray scores) {
        return scores.logSoftmax(1).gather(labels, 1).sum().mul(factor);
    }
}
