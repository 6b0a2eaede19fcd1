package aligrad.autograd;

import aligrad.tensor.Assemble;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.View;

import java.util.Arrays;
import java.util.List;

/// Derivatives of the views, and of putting tensors together: each moves the gradient back to where
/// its element came from.
final class MovementDerivatives {

    private MovementDerivatives() {}

    static void apply(View op, Tensor g, Backward to) {
        switch (op) {
            case View.Reshape(var x, _) -> to.add(x, g.reshape(x.shape().toArray()));
            case View.Permute(var x, var axes) -> to.add(x, unpermuted(x.shape(), axes, g));
            case View.Expand(var x, _) -> to.add(x, g);
            case View.Slice(var x, var shape, var starts, var steps) -> {
                if (shape.equals(x.shape())) {
                    to.add(x, g.slice(shape, starts, steps)); // a flip, which undoes itself
                } else {
                    to.addPiece(x, g, starts, steps);
                }
            }
            case View.Diagonal(var x) -> to.add(x, g.diagonalMatrix());
        }
    }

    static void apply(Assemble op, Tensor g, Backward to) {
        for (Assemble.Piece piece : op.pieces()) {
            if (piece.x().isTracked()) {
                to.add(piece.x(), g.slice(piece.x().shape(), piece.starts(), piece.steps()));
            }
        }
    }

    /// `g` with its axes back in the order of `x`. A permutation may have dropped axes of extent 1:
    /// they are put in front, and sent to their places with the others.
    private static Tensor unpermuted(Shape x, List<Integer> axes, Tensor g) {
        int dropped = x.rank() - axes.size();
        Tensor whole = g;
        if (dropped > 0) {
            int[] extents = new int[x.rank()];
            Arrays.fill(extents, 0, dropped, 1);
            for (int i = 0; i < axes.size(); i++) {
                extents[dropped + i] = g.shape().extent(i);
            }
            whole = g.expand(Shape.of(extents));
        }
        int[] order = new int[x.rank()];
        int next = 0;
        for (int axis = 0; axis < order.length; axis++) {
            int at = axes.indexOf(axis);
            order[axis] = at < 0 ? next++ : dropped + at;
        }
        return whole.permute(order);
    }
}
