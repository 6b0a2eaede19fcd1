package aligrad.autograd;

import aligrad.tensor.Scan;
import aligrad.tensor.Tensor;

/// The derivative of the linear recurrence `s_t = a_t·s_{t-1} + b_t`: the recurrence `λ_t =
/// a_{t+1}·λ_{t+1} + g_t` in the other direction gives `∂b_t = λ_t` and `∂a_t = λ_t·s_{t-1}`.
final class ScanDerivatives {

    private ScanDerivatives() {}

    static void apply(Scan op, Tensor s, Tensor g, Backward to) {
        switch (op) {
            case Scan.Recurrence(var a, var b, var axis, var reverse) -> {
                if (b.size() == 0) {
                    return;
                }
                // The same factor everywhere (a running sum) needs no shift: the one that is left
                // over
                // meets λ = 0.
                boolean isConstant = a.layout().stride(axis) == 0;
                Tensor next = isConstant ? a : shifted(a, axis, !reverse);
                Tensor lambda = next.recurrence(g, axis, !reverse);
                if (b.isTracked()) {
                    to.add(b, lambda);
                }
                if (a.isTracked()) {
                    to.add(a, lambda.mul(shifted(s, axis, reverse)));
                }
            }
        }
    }

    /// `x_{t+1}` at place `t` if `forward`, else `x_{t-1}`; 0 at the end that is left open.
    private static Tensor shifted(Tensor x, int axis, boolean forward) {
        int n = x.shape().extent(axis);
        int[] before = new int[x.shape().rank()];
        int[] after = new int[x.shape().rank()];
        (forward ? after : before)[axis] = 1;
        Tensor part = forward ? x.slice(axis, 1, n) : x.slice(axis, 0, n - 1);
        return part.pad(before, after, 0);
    }
}
