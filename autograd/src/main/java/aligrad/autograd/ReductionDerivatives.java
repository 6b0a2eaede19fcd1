package aligrad.autograd;

import aligrad.tensor.Movements;
import aligrad.tensor.Reduction;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.util.List;

/// Derivatives of the reductions.
final class ReductionDerivatives {

    private ReductionDerivatives() {}

    static void apply(Reduction op, Tensor y, Tensor g, Backward to) {
        switch (op) {
            case Reduction.Reduce(var f, var x, var axes, _) ->
                    to.add(
                            x,
                            switch (f) {
                                case SUM -> g.expand(x.shape());
                                case PROD -> g.mul(productOfOthers(x, axes));
                                case MAX, MIN -> ofExtreme(x, y, axes, g);
                            });
            case Reduction.Sums(var xs, _, _) -> {
                for (int i = 0; i < xs.size(); i++) {
                    if (xs.get(i).isTracked()) {
                        to.add(xs.get(i), g.select(0, i).expand(xs.get(i).shape()));
                    }
                }
            }
            case Reduction.SquaredNorm(var xs) ->
                    xs.forEach(x -> to.add(x, x.mul(g.mul(2).to(x.dtype()))));
        }
    }

    /// Ties share the gradient equally.
    private static Tensor ofExtreme(Tensor x, Tensor y, List<Integer> axes, Tensor g) {
        Tensor tied = x.eq(y).to(x.dtype());
        int[] along = axes.stream().mapToInt(i -> i).toArray();
        return axes.isEmpty() ? g : tied.mul(g.div(tied.sumKeep(along)));
    }

    /// For each element the product of all others along `axes`: that of those before times that of
    /// those behind, since dividing the whole product by the element would fail at zeros.
    private static Tensor productOfOthers(Tensor x, List<Integer> axes) {
        Shape shape = x.shape();
        int rank = shape.rank();
        if (axes.size() == 1 && isFew(shape.extent(axes.getFirst()))) {
            return productOfRotations(x, axes.getFirst());
        }
        int[] lastly = new int[rank]; // the joined axes behind the others
        int[] back = new int[rank];
        int n = 0;
        for (int i = 0; i < rank; i++) {
            if (!axes.contains(i)) {
                lastly[n++] = i;
            }
        }
        for (int axis : axes) {
            lastly[n++] = axis;
        }
        for (int i = 0; i < rank; i++) {
            back[lastly[i]] = i;
        }
        Tensor moved = x.permute(lastly);
        int length = 1;
        for (int axis : axes) {
            length *= shape.extent(axis);
        }
        if (x.size() == 0) {
            return x;
        }
        Tensor rows = moved.reshape(-1, length);
        Tensor before = rows.cumprodExclusive(1);
        Tensor behind = rows.flip(1).cumprodExclusive(1).flip(1);
        return before.mul(behind).reshape(moved.shape().toArray()).permute(back);
    }

    private static boolean isFew(int factors) {
        return factors >= 2 && factors <= 8;
    }

    /// The same for a few factors: the product of all rotations of the axis but the first. They are
    /// views of one tensor, and their product is one kernel.
    private static Tensor productOfRotations(Tensor x, int axis) {
        int n = x.shape().extent(axis);
        Tensor twice = Movements.concat(axis, x, x.slice(axis, 0, n - 1));
        Tensor product = twice.slice(axis, 1, 1 + n);
        for (int k = 2; k < n; k++) {
            product = product.mul(twice.slice(axis, k, k + n));
        }
        return product;
    }
}
