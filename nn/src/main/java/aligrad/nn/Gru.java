package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

/// Gated recurrent units over a batch of sequences: `(B, T, in)` to `(B, T, directions·H)`.
///
/// ```
/// r = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
/// z = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
/// n = tanh(W_in x_t + b_in + r⊙(W_hn h_{t-1} + b_hn))
/// h_t = (1 - z)⊙n + z⊙h_{t-1}
/// ```
///
/// Parameters have the names and layouts of PyTorch's (gates r, z, n), and start uniform in ±1/√H.
/// Source: Cho et al., *Learning Phrase Representations using RNN Encoder-Decoder*, EMNLP 2014, in
/// the variant that applies r after the product.
///
/// ```java
/// Gru decoder = new Gru(64, 256, Gru.Options.DEFAULT.withLayers(2), random);
/// Tensor outputs = decoder.forward(x).outputs();                   // (B, T, 256)
/// ```
public final class Gru extends Recurrent {

    /// @param outputs the last layer's hidden states `(B, T, directions·H)`, forward before
    ///   backward; 0 beyond the end of a sequence
    /// @param last the state after the last step of each sequence, `(layers·directions, B, H)`;
    ///   backwards, after its first
    public record Output(Tensor outputs, Tensor last) {}

    /// One layer, forward only.
    public Gru(int inputs, int hidden, Random random) {
        this(inputs, hidden, Options.DEFAULT, random);
    }

    public Gru(int inputs, int hidden, Options options, Random random) {
        super(3, inputs, hidden, options, random);
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
    /// @param initial the state before the first step, `(layers·directions, B, H)`; `null`: zeros
    /// @throws aligrad.tensor.ShapeException if a shape does not fit
    public Output forward(Tensor x, int @Nullable [] lengths, @Nullable Tensor initial) {
        Tensor[] states = initial == null ? null : new Tensor[] {initial};
        Run run = inLayer(() -> run(x, lengths, 1, states));
        return new Output(run.outputs(), run.finals()[0]);
    }

    @Override
    Direction run(
            Values weights, Tensor x, PackedBatch packing, Tensor[] initial, boolean reverse) {
        Tensor fromInputs = x.affine(weights.inputs(), weights.inputBias());
        int steps = packing.steps();
        Tensor[] hs = new Tensor[steps];
        Tensor h = initial[0];
        for (int i = 0; i < steps; i++) {
            int t = reverse ? steps - 1 - i : i;
            h = running(h, initial[0], packing, t, reverse);
            Tensor a = packing.step(fromInputs, t);
            Tensor b = h.affine(weights.hidden(), weights.hiddenBias());
            int n = a.extent(1) / 3;
            Tensor reset = a.slice(1, 0, n).add(b.slice(1, 0, n)).sigmoid();
            Tensor update = a.slice(1, n, 2 * n).add(b.slice(1, n, 2 * n)).sigmoid();
            Tensor candidate =
                    a.slice(1, 2 * n, 3 * n).add(reset.mul(b.slice(1, 2 * n, 3 * n))).tanh();
            h = candidate.add(update.mul(h.sub(candidate)));
            hs[t] = h;
        }
        Tensor[] finals = {reverse ? h : packing.last(hs)};
        return new Direction(Movements.concat(0, hs), finals);
    }
}
