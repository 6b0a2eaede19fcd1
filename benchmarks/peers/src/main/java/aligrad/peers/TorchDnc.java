package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Inputs;

import java.util.ArrayList;
import java.util.List;

/// The differentiable neural computer, operation by operation as one writes it in eager PyTorch
/// (`nn/src/test/python/dnc.py`), with the interface as one affine map that is cut afterwards.
///
/// Letters: B batch, H hidden units, N memory slots, W word size, R read heads.
final class TorchDnc implements TorchNetwork {

    private static final int H = 64;
    private static final int N = 16;
    private static final int W = 16;
    private static final int R = 4;

    /// Where the interface is cut into its ten quantities.
    private static final long[] CUTS = {16, 32, 36, 37, 38, 50, 66, 67, 131};

    private final int batch;
    private final NDArray[] observations;
    private final NDArray targets;
    private final NDArray one = Torch.scalar(1);
    private final NDArray epsilon = Torch.scalar(1e-6);
    private final NDArray free = Torch.scalar(1 - 1e-6);
    private final NDArray perSequence;
    private final NDArray offDiagonal;
    private final State initial;
    private final NDArray firstUsed;
    private final NDArray nothing;
    private final List<NDArray> constants;

    /// What a step hands on: usage, precedence and write weights `(B, N)`, link `(B, N, N)`, memory
    /// `(B, N, W)`, read weights `(B, R, N)`, words read `(B, R·W)`, hidden state and cell `(B,
    /// H)`.
    private record State(
            NDArray memory,
            NDArray read,
            NDArray write,
            NDArray link,
            NDArray precedence,
            NDArray usage,
            NDArray words,
            NDArray hidden,
            NDArray cell) {}

    TorchDnc(Case.Network c) {
        batch = c.batch();
        int steps = Architecture.DNC_STEPS;
        int in = Architecture.DNC_INPUTS;
        float[] bits = Inputs.bits("x", steps * batch * in);
        NDArray rows = Torch.of(bits, steps, batch, in);
        observations = new NDArray[steps];
        for (int t = 0; t < steps; t++) {
            observations[t] = rows.get(t);
        }
        int out = Architecture.DNC_OUTPUTS;
        targets = Torch.of(Inputs.bits("targets", steps * batch * out), steps, batch, out);
        perSequence = Torch.scalar(1.0 / batch);
        offDiagonal = Torch.MANAGER.ones(new Shape(N, N)).sub(Torch.MANAGER.eye(N));
        nothing = zeros(batch, N);
        firstUsed = Torch.MANAGER.ones(new Shape(batch, 1));
        initial =
                new State(
                        zeros(batch, N, W),
                        zeros(batch, R, N),
                        zeros(batch, N),
                        zeros(batch, N, N),
                        zeros(batch, N),
                        zeros(batch, N),
                        zeros(batch, R * W),
                        zeros(batch, H),
                        zeros(batch, H));
        List<NDArray> all = new ArrayList<>(List.of(observations));
        all.addAll(List.of(one, epsilon, free, offDiagonal, firstUsed, nothing, targets));
        all.addAll(List.of(initial.memory, initial.read, initial.write, initial.link));
        all.addAll(List.of(initial.precedence, initial.usage, initial.words));
        all.addAll(List.of(initial.hidden, initial.cell));
        constants = List.copyOf(all);
    }

    private static NDArray zeros(long... extents) {
        return Torch.MANAGER.zeros(new Shape(extents));
    }

    @Override
    public NDArray initial(Architecture.Weights weights) {
        return Torch.of(weights.values(), weights.extents());
    }

    @Override
    public List<NDArray> constants() {
        return constants;
    }

    @Override
    public NDArray loss(List<NDArray> w) {
        State state = initial;
        NDList joined = new NDList(observations.length);
        for (NDArray observation : observations) {
            state = step(observation, state, w);
            joined.add(state.hidden.concat(state.words, 1));
        }
        NDArray rows = NDArrays.concat(joined, 0);
        NDArray logits = affine(rows, w.get(4), w.get(5)).clip(-20, 20).reshape(targets.getShape());
        NDArray each =
                Activation.relu(logits)
                        .sub(logits.mul(targets))
                        .add(Activation.softPlus(logits.abs().neg()));
        return each.sum().mul(perSequence);
    }

    private State step(NDArray x, State s, List<NDArray> w) {
        NDArray in = NDArrays.concat(new NDList(x, s.words, s.hidden), 1);
        NDList gates = affine(in, w.get(0), w.get(1)).split(new long[] {H, 2 * H, 3 * H}, 1);
        NDArray cell =
                sigmoid(gates.get(2).add(one))
                        .mul(s.cell)
                        .add(sigmoid(gates.get(0)).mul(gates.get(1).tanh()));
        NDArray hidden = cell.tanh().mul(sigmoid(gates.get(3)));
        NDList q = affine(hidden, w.get(2), w.get(3)).split(CUTS, 1);

        NDArray kept = one.sub(sigmoid(q.get(2)).expandDims(2).mul(s.read));
        NDArray usage =
                s.usage
                        .add(one.sub(s.usage).mul(s.write.stopGradient()))
                        .mul(kept.prod(new int[] {1}));
        NDArray byContent = contentWeights(q.get(6).expandDims(1), q.get(7), s.memory).squeeze(1);
        NDArray gate = sigmoid(q.get(3));
        NDArray write =
                sigmoid(q.get(4))
                        .mul(gate.mul(allocation(usage)).add(one.sub(gate).mul(byContent)));
        NDArray column = write.expandDims(2);
        NDArray memory =
                s.memory
                        .mul(one.sub(column.mul(sigmoid(q.get(1)).expandDims(1))))
                        .add(column.mul(q.get(0).expandDims(1)));

        NDArray link =
                one.sub(column)
                        .sub(write.expandDims(1))
                        .mul(s.link)
                        .add(column.mul(s.precedence.expandDims(1)))
                        .mul(offDiagonal);
        NDArray precedence = one.sub(write.sum(new int[] {1}, true)).mul(s.precedence).add(write);
        NDList modes = q.get(5).reshape(batch, R, 3).softmax(2).split(new long[] {1, 2}, 2);
        NDArray backward = s.read.matMul(link);
        NDArray forward = s.read.matMul(link.transpose(0, 2, 1));
        NDArray read =
                modes.get(2)
                        .mul(contentWeights(q.get(8).reshape(batch, R, W), q.get(9), memory))
                        .add(modes.get(1).mul(forward))
                        .add(modes.get(0).mul(backward));
        NDArray words = read.matMul(memory).reshape(batch, R * W);
        return new State(
                memory, read, write, link, precedence, usage, words, hidden, cell.clip(-20, 20));
    }

    /// Softmax over the slots of the cosine of keys `(B, K, W)` and memory, sharpened.
    private NDArray contentWeights(NDArray keys, NDArray strengths, NDArray memory) {
        NDArray dots = keys.matMul(memory.transpose(0, 2, 1));
        NDArray keyNorms = keys.square().sum(new int[] {2}, true).add(epsilon).sqrt();
        NDArray rowNorms = memory.square().sum(new int[] {2}).add(epsilon).sqrt().expandDims(1);
        NDArray similarities = dots.div(keyNorms.mul(rowNorms).add(epsilon));
        return similarities.mul(Activation.softPlus(strengths).expandDims(2)).softmax(2);
    }

    /// Weights `(B, N)` of free slots, the freest first.
    private NDArray allocation(NDArray usage) {
        NDArray available = one.sub(epsilon.add(free.mul(usage)));
        NDArray order = JniUtils.argSort((PtNDArray) available.stopGradient(), 1, true);
        NDArray ordered = available.gather(order, 1);
        NDArray others = one.sub(JniUtils.slice((PtNDArray) ordered, 1, 0, N - 1, 1));
        NDArray usedBefore = firstUsed.concat(others.cumProd(1, DataType.FLOAT32), 1);
        return nothing.scatter(order, ordered.mul(usedBefore), 1);
    }

    private static NDArray sigmoid(NDArray x) {
        return Activation.sigmoid(x);
    }

    /// `x·weight + bias`.
    private static NDArray affine(NDArray x, NDArray weight, NDArray bias) {
        return JniUtils.linear((PtNDArray) x, (PtNDArray) weight.transpose(), (PtNDArray) bias);
    }
}
