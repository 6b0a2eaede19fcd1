package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Differentiable neural computer: an LSTM that writes into a memory matrix and reads from it, by
/// content, in the order of writing, or wherever there is room. Observations `(T, B, X)` to logits
/// `(T, B, Y)`, sizes as in [DncConfig].
///
/// Source: Graves et al., *Hybrid Computing Using a Neural Network with Dynamic External Memory*,
/// Nature 538, 2016, with one write head, as its authors released it: strengths pass through
/// softplus, no gradient flows from usage to the previous write weights, small weights guard norms
/// and usages, and the output is one affine map of controller output and read words, clipped to
/// ±20.
///
/// Affine maps are `x · weight + bias`. Parameters:
///
/// | name | shape | of which |
/// | --- | --- | --- |
/// | `lstm.weight`, `lstm.bias` | `(X + R·W + H, 4H)`, `(4H)` | rows: observation, read words, hidden; columns: gates i, j, f, o |
/// | `interface.weight`, `interface.bias` | `(H, …)`, `(…)` | columns: the ten quantities of [DncConfig#interfaceSizes()], which elsewhere are ten maps |
/// | `output.weight`, `output.bias` | `(H + R·W, Y)`, `(Y)` | rows: hidden, read words |
///
/// Weights start truncated normal with deviation 1/√rows, and so does the bias of the LSTM; the
/// other biases start at 0.
///
/// ```java
/// Dnc dnc = new Dnc(DncConfig.REPEAT_COPY, Random.stream(1));
/// Tensor logits = dnc.forward(observations);
/// ```
public final class Dnc extends Layer {

    /// Logits and cells lie within ± this.
    static final double CLIP = 20;

    private final DncConfig config;
    private final AffineMap lstm;
    private final AffineMap interfaces;
    private final AffineMap output;
    private final Tensor offDiagonal;
    private final Tensor isBefore;

    /// @param logits `(T, B, Y)`
    /// @param last the state after the last step
    public record Output(Tensor logits, DncState last) {}

    /// `x · weight + bias`, with `weight (in, out)` as the original stores it.
    private static final class AffineMap extends Module {
        final Parameter weight;
        final Parameter bias;

        AffineMap(int in, int out, Initializer biases, Random random) {
            Initializer.Fan fan = new Initializer.Fan(in, out);
            Initializer weights = new Initializer.FanInTruncatedNormal();
            weight = parameter("weight", weights.draw(Shape.of(in, out), fan, random));
            bias = parameter("bias", biases.draw(Shape.of(out), fan, random));
        }

        @Override
        public String toString() {
            return "AffineMap(%d → %d)".formatted(weight.shape().extent(0), bias.shape().extent(0));
        }
    }

    /// What every step needs of the parameters.
    ///
    /// @param recurrent the rows of the LSTM's weight for read words and hidden state
    private record Weights(Tensor recurrent, Tensor interfaceWeight, Tensor interfaceBias) {}

    /// The state, and what the next step would have to compute from it again.
    ///
    /// @param joined read words and hidden state, `(B, R·W + H)`
    /// @param squares `Σ M_i²` of each memory row, `(B, 1, N)`
    private record Step(DncState state, Tensor joined, Tensor squares) {}

    public Dnc(DncConfig config, Random random) {
        this.config = config;
        int rows = config.inputs() + config.readSize() + config.hidden();
        Initializer zeros = new Initializer.Constant(0);
        Initializer likeWeights = new Initializer.FanInTruncatedNormal();
        lstm = child("lstm", new AffineMap(rows, 4 * config.hidden(), likeWeights, random));
        interfaces =
                child(
                        "interface",
                        new AffineMap(config.hidden(), config.interfaceSize(), zeros, random));
        output =
                child(
                        "output",
                        new AffineMap(
                                config.hidden() + config.readSize(),
                                config.outputs(),
                                zeros,
                                random));
        offDiagonal = Scope.outside(() -> offDiagonal(config.slots()));
        isBefore = Scope.outside(() -> SlotUsage.isBefore(config.slots()));
    }

    /// The sizes.
    public DncConfig config() {
        return config;
    }

    @Override
    protected Tensor compute(Tensor observations) {
        requireObservations(observations);
        DncState zeros = DncState.zeros(config, observations.extent(1), observations.dtype());
        return unroll(observations, zeros).logits;
    }

    /// Continues from a state.
    ///
    /// @param observations `(T, B, X)`
    /// @throws ShapeException if a shape does not fit
    public Output forward(Tensor observations, DncState initial) {
        return inLayer(
                () -> {
                    requireObservations(observations);
                    return unroll(observations, initial);
                });
    }

    private void requireObservations(Tensor observations) {
        if (observations.shape().rank() != 3
                || observations.extent(0) == 0
                || observations.extent(2) != config.inputs()) {
            throw new ShapeException(
                    "%s of observations %s: they must be (time, batch, %d), with at least one step"
                            .formatted(this, observations.shape(), config.inputs()));
        }
    }

    private Output unroll(Tensor observations, DncState initial) {
        int time = observations.extent(0);
        int batch = observations.extent(1);
        int x = config.inputs();
        Tensor weight = lstm.weight.value();
        Tensor fromInputs =
                observations
                        .reshape(time * batch, x)
                        .affine(weight.slice(0, 0, x), lstm.bias.value());
        Weights weights =
                new Weights(
                        weight.slice(0, x, weight.extent(0)),
                        interfaces.weight.value(),
                        interfaces.bias.value());
        Step step =
                new Step(
                        initial,
                        joined(initial.readWords(), initial.hidden()),
                        ContentWeighting.squares(initial.memory()));
        Tensor[] all = new Tensor[time];
        for (int t = 0; t < time; t++) {
            step = next(weights, fromInputs.slice(0, t * batch, (t + 1) * batch), step);
            all[t] = step.joined;
        }
        Tensor logits =
                Movements.concat(0, all)
                        .affine(outputWeight(), output.bias.value())
                        .clip(-CLIP, CLIP)
                        .reshape(time, batch, config.outputs());
        return new Output(logits, step.state);
    }

    private Step next(Weights c, Tensor fromInput, Step before) {
        DncState s = before.state;
        DncController controller =
                DncController.step(fromInput.add(before.joined.matmul(c.recurrent)), s.cell());
        Tensor raw = controller.hidden().affine(c.interfaceWeight, c.interfaceBias);
        DncInterface q = DncInterface.of(raw, config);

        Tensor usage = SlotUsage.next(s.usage(), s.writeWeights(), s.readWeights(), q.freeGates());
        Tensor byContent =
                ContentWeighting.weights(
                        q.writeKey(), q.writeStrength(), s.memory(), before.squares);
        Tensor allocated =
                q.allocationGate().mul(SlotUsage.allocation(usage, isBefore).sub(byContent));
        Tensor write = q.writeGate().mul(byContent.add(allocated));
        Tensor writeColumn = write.reshape(write.extent(0), config.slots(), 1);
        Tensor memory = written(s.memory(), writeColumn, q.eraseVector(), q.writeVector());
        Tensor link = TemporalLink.next(s.link(), write, writeColumn, s.precedence(), offDiagonal);

        Tensor squares = ContentWeighting.squares(memory);
        Tensor read = read(q, s.readWeights(), memory, squares, link);
        Tensor words = read.matmul(memory);
        DncState state =
                new DncState(
                        memory,
                        read,
                        write,
                        link,
                        TemporalLink.nextPrecedence(s.precedence(), write),
                        usage,
                        words,
                        controller.hidden(),
                        controller.cell());
        state.evaluate();
        return new Step(state, joined(words, controller.hidden()), squares);
    }

    /// `M⊙(1 - w eᵀ) + w vᵀ`, computed as `M + w (v - M⊙e)`, whose derivative has a sum less.
    static Tensor written(Tensor memory, Tensor writeColumn, Tensor erase, Tensor write) {
        return memory.add(writeColumn.mul(write.sub(memory.mul(erase))));
    }

    /// Read weights `(B, R, N)`: a mixture of going back, going forward, and looking up.
    private static Tensor read(
            DncInterface q, Tensor before, Tensor memory, Tensor squares, Tensor link) {
        Tensor byContent =
                ContentWeighting.weights(q.readKeys(), q.readStrengths(), memory, squares);
        Tensor backward = q.readModes().slice(2, 0, 1).mul(TemporalLink.backward(link, before));
        Tensor forward = q.readModes().slice(2, 1, 2).mul(TemporalLink.forward(link, before));
        return backward.add(forward).add(q.readModes().slice(2, 2, 3).mul(byContent));
    }

    /// Read words and hidden state side by side: what the output of this step and the controller of
    /// the next one are computed from.
    private Tensor joined(Tensor readWords, Tensor hidden) {
        return Movements.concat(
                1, readWords.reshape(readWords.extent(0), config.readSize()), hidden);
    }

    /// The weight of the output with its rows in the order of [#joined].
    private Tensor outputWeight() {
        Tensor weight = output.weight.value();
        int h = config.hidden();
        return Movements.concat(0, weight.slice(0, h, weight.extent(0)), weight.slice(0, 0, h));
    }

    /// 0 on the diagonal, 1 elsewhere, `(N, N)`.
    static Tensor offDiagonal(int slots) {
        return Precision.convert(Tensor.eye(slots).subtractedFrom(1)).copy();
    }

    /// PyTorch's `LSTMCell` has gates i, f, g, o where this has i, j, f, o, two biases that are
    /// added, and no constant forget bias: there it is part of what was learned.
    @Override
    void describe(PyTorchState state, UnaryOperator<String> names) {
        int h = config.hidden();
        int read = config.readSize();
        Shape gates = Shape.of(4 * h);
        state.add(
                lstm.weight,
                List.of(
                        entry(names, "lstm.weight_ih", Shape.of(4 * h, config.inputs() + read)),
                        entry(names, "lstm.weight_hh", Shape.of(4 * h, h))),
                w -> inOrderOfGates(Movements.concat(1, w.get(0), w.get(1))).transpose());
        state.add(
                lstm.bias,
                List.of(entry(names, "lstm.bias_ih", gates), entry(names, "lstm.bias_hh", gates)),
                b -> withoutForgetBias(inOrderOfGates(b.get(0).add(b.get(1)))));
        List<PyTorchState.Entry> weights = new ArrayList<>();
        List<PyTorchState.Entry> biases = new ArrayList<>();
        config.interfaceSizes()
                .forEach(
                        (name, size) -> {
                            String map = "interface." + name;
                            weights.add(entry(names, map + ".weight", Shape.of(size, h)));
                            biases.add(entry(names, map + ".bias", Shape.of(size)));
                        });
        state.add(interfaces.weight, weights, w -> joined(w).transpose());
        state.add(interfaces.bias, biases, Dnc::joined);
        state.add(
                output.weight,
                entry(names, "output.weight", Shape.of(config.outputs(), h + read)),
                Tensor::transpose);
        state.add(output.bias, names.apply("output.bias"));
    }

    private static PyTorchState.Entry entry(UnaryOperator<String> names, String name, Shape shape) {
        return new PyTorchState.Entry(names.apply(name), shape);
    }

    private static Tensor joined(List<Tensor> parts) {
        return Movements.concat(0, parts.toArray(Tensor[]::new));
    }

    /// Rows for the gates i, f, g, o as rows for i, j, f, o.
    private Tensor inOrderOfGates(Tensor x) {
        int h = config.hidden();
        return Movements.concat(
                0,
                x.slice(0, 0, h),
                x.slice(0, 2 * h, 3 * h),
                x.slice(0, h, 2 * h),
                x.slice(0, 3 * h, 4 * h));
    }

    private Tensor withoutForgetBias(Tensor bias) {
        int h = config.hidden();
        return Movements.concat(
                0,
                bias.slice(0, 0, 2 * h),
                bias.slice(0, 2 * h, 3 * h).sub(DncController.FORGET_BIAS),
                bias.slice(0, 3 * h, 4 * h));
    }

    @Override
    public String toString() {
        return "Dnc(%d → %d, hidden %d, memory %dx%d, %d read heads)"
                .formatted(
                        config.inputs(),
                        config.outputs(),
                        config.hidden(),
                        config.slots(),
                        config.wordSize(),
                        config.readHeads());
    }
}
