package aligrad.autograd;

import aligrad.tensor.Assemble;
import aligrad.tensor.Movements;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A tracked tensor during a backward pass, and the gradient that has reached it so far.
///
/// What comes back through slices of it is kept as pieces until all its consumers have been asked:
/// the gradient of ten slices of one tensor is then one tensor put together once, not the sum of
/// ten that are nearly all zero.
///
/// What comes back through products with a matrix is kept as its two factors likewise: the gradient
/// of a recurrent network's weights is then one product over all time steps, not the sum of as many
/// matrices of that size.
final class Node {

    final Tensor tensor;

    /// How many inputs the walk over the graph has looked at.
    int visited;

    private @Nullable Tensor dense;
    private @Nullable List<Assemble.Piece> pieces;
    private @Nullable List<Tensor> lefts;
    private @Nullable List<Tensor> rights;

    Node(Tensor tensor) {
        this.tensor = tensor;
    }

    /// Adds a contribution of the tensor's shape.
    void add(Tensor g) {
        Tensor before = dense;
        dense = before == null ? g : before.add(g);
    }

    /// Adds a contribution to a part.
    void add(Assemble.Piece piece) {
        List<Assemble.Piece> list = pieces;
        if (list == null) {
            list = new ArrayList<>();
            pieces = list;
        }
        list.add(piece);
    }

    /// Adds the contribution `aᵀ·g`.
    void add(Tensor a, Tensor g) {
        List<Tensor> as = lefts;
        List<Tensor> gs = rights;
        if (as == null || gs == null) {
            as = new ArrayList<>();
            gs = new ArrayList<>();
            lefts = as;
            rights = gs;
        }
        as.add(a);
        gs.add(g);
    }

    /// `Σ aᵀ·g`, with the factors one below the other.
    private void multiply() {
        List<Tensor> as = lefts;
        List<Tensor> gs = rights;
        if (as != null && gs != null) {
            lefts = null;
            rights = null;
            Tensor a = Movements.concat(0, as.toArray(Tensor[]::new));
            Tensor g = Movements.concat(0, gs.toArray(Tensor[]::new));
            add(a.transpose().matmul(g));
        }
    }

    /// The sum of all contributions, which is forgotten here; `null` if there were none.
    @Nullable Tensor take() {
        multiply();
        List<Assemble.Piece> list = takePieces();
        Tensor sum = dense;
        dense = null;
        if (list == null) {
            return sum;
        }
        Tensor assembled = Movements.assemble(tensor.shape(), list);
        return sum == null ? assembled : sum.add(assembled);
    }

    /// Whether all that came back came through slices.
    boolean hasOnlyPieces() {
        return dense == null && lefts == null && pieces != null;
    }

    /// The contributions to parts, which are forgotten here; `null` if there were none.
    @Nullable List<Assemble.Piece> takePieces() {
        List<Assemble.Piece> list = pieces;
        pieces = null;
        return list;
    }

    /// Adds all tensors that are held here.
    void collect(List<Tensor> into) {
        if (dense != null) {
            into.add(dense);
        }
        if (lefts != null && rights != null) {
            into.addAll(lefts);
            into.addAll(rights);
        }
        if (pieces != null) {
            for (Assemble.Piece piece : pieces) {
                into.add(piece.x());
            }
        }
    }
}
