package aligrad.autograd;

import aligrad.tensor.Pointwise;
import aligrad.tensor.Tensor;

/// Derivatives of the operations that go element by element. Broadcasting is undone where the
/// results are added up, in [Backward#add].
final class PointwiseDerivatives {

    private PointwiseDerivatives() {}

    static void apply(Pointwise op, Tensor y, Tensor g, Backward to) {
        switch (op) {
            case Pointwise.Unary(var f, var x, _) -> {
                Tensor gx = UnaryDerivatives.of(f, x, y, g);
                if (gx != null) {
                    to.add(x, gx);
                }
            }
            case Pointwise.Binary(var f, var a, var b, _, _) -> {
                Tensor ga = a.isTracked() ? BinaryDerivatives.first(f, a, b, y, g) : null;
                Tensor gb = b.isTracked() ? BinaryDerivatives.second(f, a, b, y, g) : null;
                if (ga != null) {
                    to.add(a, ga);
                }
                if (gb != null) {
                    to.add(b, gb);
                }
            }
            case Pointwise.Where(var condition, var a, var b, _) -> {
                if (a.isTracked()) {
                    to.add(a, condition.where(g, 0));
                }
                if (b.isTracked()) {
                    to.add(b, condition.where(0, g));
                }
            }
            case Pointwise.Cast(var x, _) -> to.add(x, g.to(x.dtype()));
            case Pointwise.Fill _, Pointwise.Uniform _ -> {} // no inputs
        }
    }
}
