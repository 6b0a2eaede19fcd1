package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

/// Long short-term memory over a batch of sequences: `(B, T, in)` to `(B, T, directions·H)`.
///
/// ```
/// (i, f, g, o) = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
/// c_t = σ(f)⊙c_{t-1} + σ(i)⊙tanh(g)
/// h_t = σ(o)⊙tanh(c_t)
/// ```
///
/// Parameters have the names and layouts of PyTorch's, and start uniform in ±1/√H. Source:
/// Hochreiter, Schmidhuber, *Long Short-Term Memory*, 1997; Gers, Schmidhuber, Cummins, *Learning
/// to Forget*, 2000.
///
/// ```java
/// Lstm encoder = new Lstm(300, 2048, Lstm.Options.DEFAULT.withBothDirections(), random);
/// Tensor outputs = encoder.forward(words, lengths).outputs();      // (B, T, 4096)
/// ```
public final class Lstm extends Recurrent {

    /// Hidden states and cells, `(layers·directions, B, H)`: a layer's forward direction before its
    /// backward one.
    public record State(Tensor hidden, Tensor cell) {}

    /// @param outputs the last layer's hidden states `(B, T, directions·H)`, forward before
    ///   backward; 0 beyond the end of a sequence
    /// @param last the state after the last step of each sequence; backwards, after its first
    public record Output(Tensor outputs, State last) {}

    /// One layer, forward only.
    public Lstm(int inputs, int hidden, Random random) {
        this(inputs, hidden, Options.DEFAULT, random);
    }

    public Lstm(int inputs, int hidden, Options options, Random random) {
        super(4, inputs, hidden, options, random);
    }

    /// All sequences as long as the time axis, from a state of zeros.
    public Output forward(Tensor x) {
        return forward(x, null, null);
    }

    /// Sequences of which the first `lengths[b]` steps are real, from a state of zeros.
    public Output forward(Tensor x, int[] lengths) {
        return forward(x, lengths, null);
    }

    /// @param x `(B, T, in)`
    /// @param lengths the number of real steps of each sequence, 1 to T; `null`: T for all
    /// @param initial the state before the first step; `null`: zeros
    /// @throws aligrad.tensor.ShapeException if a shape does not fit
    public Output forward(Tensor x, int @Nullable [] lengths, @Nullable State initial) {
        Tensor[] states = initial == null ? null : new Tensor[] {initial.hidden, initial.cell};
        Run run = inLayer(() -> run(x, lengths, 2, states));
        return new Output(run.outputs(), new State(run.finals()[0], run.finals()[1]));
    }

    @Override
    Direction run(
            Values weights, Tensor x, PackedBatch packing, Tensor[] initial, boolean reverse) {
        Tensor bias = weights.inputBias().add(weights.hiddenBias());
        Tensor fromInputs = x.affine(weights.inputs(), bias);
        int steps = packing.steps();
        Tensor[] hs = new Tensor[steps];
        Tensor[] cs = new Tensor[steps];
        Tensor h = initial[0];
        Tensor c = initial[1];
        for (int i = 0; i < steps; i++) {
            int t = reverse ? steps - 1 - i : i;
            h = running(h, initial[0], packing, t, reverse);
            c = running(c, initial[1], packing, t, reverse);
            Tensor z = packing.step(fromInputs, t).add(h.matmul(weights.hidden()));
            int n = z.extent(1) / 4;
            Tensor in = z.slice(1, 0, n).sigmoid();
            Tensor forget = z.slice(1, n, 2 * n).sigmoid();
            Tensor candidate = z.slice(1, 2 * n, 3 * n).tanh();
            Tensor out = z.slice(1, 3 * n, 4 * n).sigmoid();
            c = forget.mul(c).add(in.mul(candidate));
            // In this order: the kernel of h needs the cell anyway and keeps it in registers.
            h = out.mul(c.tanh()).evaluate();
            c.evaluate();
            hs[t] = h;
            cs[t] = c;
        }
        Tensor[] finals =
                reverse ? new Tensor[] {h, c} : new Tensor[] {packing.last(hs), packing.last(cs)};
        return new Direction(Movements.concat(0, hs), finals);
    }
}
