package aligrad.autograd;

import aligrad.tensor.Custom;
import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// Trades time for memory: a part of the network whose intermediate results are not kept for the
/// backward pass but computed again there.
///
/// ```java
/// for (Layer block : blocks) {
///     x = Checkpoint.of(block::forward, x);      // memory of one block at a time
/// }
/// ```
///
/// The function runs twice, so it must do the same twice. Random masks do if their streams are
/// named here: they are wound back for the second run. What else it changes, such as running
/// statistics, it changes twice.
///
/// Source: Chen et al., *Training Deep Nets with Sublinear Memory Cost*, arXiv:1604.06174.
public final class Checkpoint {

    private Checkpoint() {}

    /// `f(x)`, whose intermediate results are released at once. The gradients of `x` and of all
    /// parameters inside are those of `f(x)`.
    ///
    /// @param f should use its argument and parameters; another tracked tensor that it captures is
    ///   right too, but what lies behind that is differentiated once more
    /// @param streams the random streams from which `f` draws
    public static Tensor of(Function<Tensor, Tensor> f, Tensor x, Random... streams) {
        if (!Recording.isOn()) {
            return f.apply(x);
        }
        List<Random> drawn = List.of(streams);
        List<Long> positions = drawn.stream().map(Random::position).toList();
        List<Tensor> leaves = new ArrayList<>();
        Tensor y =
                Scope.compute(
                        "checkpoint",
                        () -> {
                            Tensor result = f.apply(x);
                            if (result.isTracked()) {
                                leaves.addAll(Backward.leavesBehind(result, x));
                            }
                            return result;
                        });
        if (leaves.isEmpty()) {
            return y;
        }
        // Each once, in a fixed order, so that sums are taken in a fixed order. A value that is
        // asked for
        // again in the scope outside is known to be in use until that one ends.
        Map<Object, Tensor> inputs = new LinkedHashMap<>();
        for (Tensor leaf : leaves) {
            Variable variable = leaf.variable();
            inputs.put(Backward.key(leaf), variable == null ? leaf : variable.value());
        }
        return Tensor.of(
                new Segment(f, x, List.copyOf(inputs.values()), y.detach(), drawn, positions));
    }

    /// The operation that stands for the whole function.
    private record Segment(
            Function<Tensor, Tensor> f,
            Tensor x,
            List<Tensor> inputs,
            Tensor forward,
            List<Random> streams,
            List<Long> positions)
            implements Custom {

        @Override
        public String name() {
            return "checkpoint";
        }

        @Override
        public Shape shape() {
            return forward.shape();
        }

        @Override
        public DType dtype() {
            return forward.dtype();
        }

        @Override
        public int arity() {
            return inputs.size();
        }

        @Override
        public Tensor input(int i) {
            return inputs.get(i);
        }

        @Override
        public List<@Nullable Tensor> derivative(Tensor g, Tensor y) {
            return Recording.isOn()
                    ? replay(g) // whose history is needed
                    : Scope.compute("checkpoint", () -> replay(g));
        }

        private List<@Nullable Tensor> replay(Tensor g) {
            List<Long> now = streams.stream().map(Random::position).toList();
            seek(positions);
            Tensor again = Recording.on(() -> f.apply(x));
            seek(now);
            IdentityHashMap<Object, Tensor> gradients = Backward.pass(again, g, x);
            List<@Nullable Tensor> inOrder = new ArrayList<>(inputs.size());
            for (Tensor input : inputs) {
                inOrder.add(gradients.get(Backward.key(input)));
            }
            return inOrder;
        }

        private void seek(List<Long> to) {
            for (int i = 0; i < streams.size(); i++) {
                streams.get(i).seek(Objects.requireNonNull(to.get(i)));
            }
        }
    }
}
