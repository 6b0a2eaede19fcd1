package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;

import java.util.List;

/// InferSent, with PyTorch's own LSTM over all words, in its order of axes: words first.
final class TorchInferSent implements TorchNetwork {

    private static final int ENCODER = 8;

    private final boolean together;
    private final List<NDArray> sides;
    private final NDArray zeros;
    private final CrossEntropy loss;

    /// @param together whether premises and hypotheses go through the encoder as one batch
    TorchInferSent(Case.Network c, boolean together) {
        this.together = together;
        NDArray premises = sentences("premises", c.batch());
        NDArray hypotheses = sentences("hypotheses", c.batch());
        sides = together ? List.of(premises.concat(hypotheses, 1)) : List.of(premises, hypotheses);
        int hidden = c.architecture().parameters().get(1).extents()[1];
        zeros = Torch.MANAGER.zeros(new Shape(2, sides.getFirst().getShape().get(1), hidden));
        loss = new CrossEntropy(c.batch(), Architecture.ENTAILMENTS);
    }

    private static NDArray sentences(String name, int batch) {
        NDArray words = Torch.uniform(name, 1, batch, Architecture.WORDS, Architecture.EMBEDDING);
        return Torch.contiguous(words.transpose(1, 0, 2));
    }

    @Override
    public NDArray initial(Architecture.Weights weights) {
        return Torch.of(weights.values(), weights.extents());
    }

    @Override
    public List<NDArray> constants() {
        return together
                ? List.of(sides.getFirst(), zeros)
                : List.of(sides.getFirst(), sides.getLast(), zeros);
    }

    @Override
    public NDArray loss(List<NDArray> w) {
        NDArray u;
        NDArray v;
        if (together) {
            NDList both = encode(sides.getFirst(), w).split(2);
            u = both.get(0);
            v = both.get(1);
        } else {
            u = encode(sides.getFirst(), w);
            v = encode(sides.getLast(), w);
        }
        NDArray x = NDArrays.concat(new NDList(u, v, u.sub(v).abs(), u.mul(v)), 1);
        for (int i = ENCODER; i < w.size(); i += 2) {
            x = Linear.linear(x, w.get(i), w.get(i + 1)).singletonOrThrow();
        }
        return loss.of(x);
    }

    /// All sentences are of one length, so nothing is packed, and no zeros are pooled.
    private NDArray encode(NDArray words, List<NDArray> w) {
        NDList lstm =
                JniUtils.lstm(
                        (PtNDArray) words,
                        new NDList(zeros, zeros),
                        new NDList(w.subList(0, ENCODER)),
                        true,
                        1,
                        0,
                        true,
                        true,
                        false);
        return lstm.get(0).max(new int[] {0});
    }

    @Override
    public String note() {
        return together ? "sentences in one batch" : "sentences in two batches";
    }
}
