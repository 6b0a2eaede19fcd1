package aligrad.nn;

import aligrad.tensor.Tensor;

/// The controller of a [Dnc]: a step of an LSTM with gates i, j, f, o and a forget bias of 1.
///
/// `c' = σ(f + 1)⊙c + σ(i)⊙tanh(j)`, clipped to ±20, and `h' = tanh(c')⊙σ(o)` of the unclipped
/// cell. The original clips `h'` too, which changes nothing, since it lies within ±1.
///
/// @param hidden `(B, H)`
/// @param cell `(B, H)`
record DncController(Tensor hidden, Tensor cell) {

    static final double FORGET_BIAS = 1;

    /// @param z the four gates before squashing, `(B, 4H)`
    /// @param cell of the previous step, `(B, H)`
    static DncController step(Tensor z, Tensor cell) {
        int h = cell.extent(1);
        Tensor in = z.slice(1, 0, h).sigmoid();
        Tensor candidate = z.slice(1, h, 2 * h).tanh();
        Tensor forget = z.slice(1, 2 * h, 3 * h).add(FORGET_BIAS).sigmoid();
        Tensor out = z.slice(1, 3 * h, 4 * h).sigmoid();
        Tensor next = forget.mul(cell).add(in.mul(candidate));
        return new DncController(next.tanh().mul(out), next.clip(-Dnc.CLIP, Dnc.CLIP));
    }
}
