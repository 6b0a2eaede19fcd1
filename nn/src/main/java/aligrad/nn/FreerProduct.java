package aligrad.nn;

import aligrad.tensor.Custom;
import aligrad.tensor.DType;
import aligrad.tensor.Recording;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// For each slot the product of `used` over all slots that are freer: with a larger `1 - used`, or
/// an equal one and a smaller index. `(B, 1, N)` to `(B, 1, N)`.
///
/// Sorting, a running product and scattering back would give the same in some ten operations, and
/// twenty for the derivative; comparing all pairs is one reduction each way, and N is small. The
/// derivative divides by `used`, so that must not be 0; [SlotUsage] keeps it above 1e-6.
///
/// @param used more than 0
/// @param isBefore whether row `l` is a smaller index than column `i`: `BOOL (N, N)`
record FreerProduct(Tensor used, Tensor isBefore) implements Custom {

    @Override
    public String name() {
        return "freer_product";
    }

    @Override
    public Shape shape() {
        return used.shape();
    }

    @Override
    public DType dtype() {
        return used.dtype();
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public Tensor input(int i) {
        return i == 0 ? used : isBefore;
    }

    @Override
    public Tensor forward() {
        Tensor factors = isFreer().where(column(used), 1);
        return factors.prod(1).unsqueeze(1);
    }

    /// `∂y_i/∂used_l = y_i / used_l` for every `l` that is freer than `i`.
    @Override
    public List<@Nullable Tensor> derivative(Tensor g, Tensor y) {
        Tensor sum = isFreer().where(g.mul(y), 0).sumKeep(2);
        Tensor gradient = sum.reshape(shape().extent(0), 1, shape().extent(2)).div(used);
        return Arrays.asList(gradient, null);
    }

    /// Whether slot `l` (rows) is freer than slot `i` (columns): `BOOL (B, N, N)`.
    private Tensor isFreer() {
        return Recording.off(
                () -> {
                    Tensor row = used.detach().subtractedFrom(1);
                    Tensor column = column(used.detach()).subtractedFrom(1);
                    return column.gt(row).or(column.eq(row).and(isBefore));
                });
    }

    private static Tensor column(Tensor row) {
        return row.reshape(row.extent(0), row.extent(2), 1);
    }
}
