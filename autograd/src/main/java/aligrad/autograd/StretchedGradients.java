package aligrad.autograd;

import aligrad.tensor.Reductions;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Gradients of tensors that broadcasting had stretched: the sum over the copies is still to be
/// taken.
///
/// Large ones wait until they are needed, and those that are summed along the same axes are summed
/// together, in one pass over what they are computed from. So the gradients of a batch
/// normalization's scale and shift read the layer's output and its gradient once instead of twice.
final class StretchedGradients {

    /// Smaller ones are summed at once: nothing is gained by reading a cache once.
    private static final long LARGE = 1 << 15;

    /// Summed together at most.
    private static final int TOGETHER = 4;

    private final List<Waiting> waiting = new ArrayList<>();

    /// @param axes ascending
    private record Waiting(Node node, Tensor g, int[] axes) {

        boolean goesWith(Waiting other) {
            return g.shape().equals(other.g.shape())
                    && g.dtype() == other.g.dtype()
                    && Arrays.equals(axes, other.axes);
        }

        void add(Tensor sum) {
            Shape to = node.tensor.shape();
            node.add(sum.shape().equals(to) ? sum : sum.reshape(to.toArray()));
        }
    }

    /// Adds the sum of `g`, of a shape to which that of the node's tensor was stretched, now or
    /// later.
    void add(Node node, Tensor g) {
        Waiting w = new Waiting(node, g, stretched(node.tensor.shape(), g.shape()));
        if (g.size() < LARGE) {
            w.add(g.sumKeep(w.axes));
        } else {
            waiting.add(w);
        }
    }

    private static int[] stretched(Shape from, Shape to) {
        if (!from.broadcastsTo(to)) {
            throw new AssertionError("gradient " + to + " of a tensor " + from);
        }
        int rank = to.rank();
        int shift = rank - from.rank();
        int[] axes = new int[rank];
        int n = 0;
        for (int i = 0; i < rank; i++) {
            if (i < shift || (from.extent(i - shift) == 1 && to.extent(i) != 1)) {
                axes[n++] = i;
            }
        }
        return Arrays.copyOf(axes, n);
    }

    /// Takes all sums of this node, and others with them.
    void settle(Node node) {
        for (int i = 0; i < waiting.size(); ) {
            if (waiting.get(i).node == node) {
                settle(waiting.get(i));
                i = 0;
            } else {
                i++;
            }
        }
    }

    /// Takes all sums.
    void settle() {
        while (!waiting.isEmpty()) {
            settle(waiting.getFirst());
        }
    }

    private void settle(Waiting first) {
        List<Waiting> together = new ArrayList<>(List.of(first));
        for (Waiting other : waiting) {
            if (other != first && together.size() < TOGETHER && other.goesWith(first)) {
                together.add(other);
            }
        }
        waiting.removeAll(together);
        List<Tensor> sums =
                Reductions.sumsKeep(together.stream().map(Waiting::g).toList(), first.axes);
        for (int i = 0; i < sums.size(); i++) {
            together.get(i).add(sums.get(i));
        }
    }
}
