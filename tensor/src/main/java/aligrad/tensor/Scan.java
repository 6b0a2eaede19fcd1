package aligrad.tensor;

/// Running results along an axis.
public sealed interface Scan extends Computation {

    /// The linear recurrence `s_t = a_t · s_{t-1} + b_t`, `s_{-1} = 0`, along `axis`; from the end
    /// to the front if `reverse`.
    ///
    /// Running sums (`a = 1`) and running products (`b` the first factor, then zeros) are both
    /// this, and its derivative is again one, backwards: so the gradient of a running product never
    /// divides.
    record Recurrence(Tensor a, Tensor b, int axis, boolean reverse) implements Scan {
        @Override
        public String name() {
            return "recurrence";
        }

        @Override
        public Shape shape() {
            return b.shape();
        }

        @Override
        public DType dtype() {
            return b.dtype();
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? a : b;
        }
    }
}
