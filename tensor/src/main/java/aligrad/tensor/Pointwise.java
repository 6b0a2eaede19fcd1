package aligrad.tensor;

/// Operations that compute each element from the elements at the same place: what a pending
/// expression is made of.
///
/// Inputs broadcast to the result's shape. Nothing is computed when one is written; when its
/// numbers are needed, the whole expression becomes one kernel (see
/// `aligrad.tensor.spi.Expression`).
public sealed interface Pointwise extends Op {

    /// Roughly how many additions an element costs, without the inputs.
    int cost();

    private static Tensor none(Op op, int i) {
        throw new IndexOutOfBoundsException(op.name() + " has no input " + i);
    }

    /// `f(x)`, element by element.
    record Unary(UnaryOp f, Tensor x, DType dtype) implements Pointwise {
        @Override
        public String name() {
            return f.label();
        }

        @Override
        public Shape shape() {
            return x.shape();
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public Tensor input(int i) {
            return x;
        }

        @Override
        public int cost() {
            return f.cost();
        }
    }

    /// `f(a, b)`, element by element; shapes broadcast.
    record Binary(BinaryOp f, Tensor a, Tensor b, Shape shape, DType dtype) implements Pointwise {
        @Override
        public String name() {
            return f.label();
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? a : b;
        }

        @Override
        public int cost() {
            return f.cost();
        }
    }

    /// `condition ? a : b`, element by element; shapes broadcast.
    record Where(Tensor condition, Tensor a, Tensor b, Shape shape) implements Pointwise {
        @Override
        public String name() {
            return "where";
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }

        @Override
        public int arity() {
            return 3;
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? condition : i == 1 ? a : b;
        }

        @Override
        public int cost() {
            return 1;
        }
    }

    /// The elements as another type. Towards a whole-number type the fraction is dropped and the
    /// range saturates; to `BOOL`, everything but 0 is true.
    record Cast(Tensor x, DType dtype) implements Pointwise {
        @Override
        public String name() {
            return "cast";
        }

        @Override
        public Shape shape() {
            return x.shape();
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public Tensor input(int i) {
            return x;
        }

        @Override
        public int cost() {
            return 1;
        }
    }

    /// The same number everywhere. A kernel takes the number as an argument, so expressions that
    /// differ only in constants share one.
    record Fill(double value, Shape shape, DType dtype) implements Pointwise {
        @Override
        public String name() {
            return "fill";
        }

        @Override
        public int arity() {
            return 0;
        }

        @Override
        public Tensor input(int i) {
            return none(this, i);
        }

        @Override
        public int cost() {
            return 0;
        }
    }

    /// Uniform random numbers in [0, 1), a function of (key, call, place) alone: computed again
    /// wherever they are needed, stored nowhere.
    ///
    /// `F32`: element `i` is `(w >>> 8)·2⁻²⁴` of word `w = i mod 4` of Philox block `i / 4`. `F64`:
    /// the top 53 bits of the two words `2·(i mod 2)` (high) and `2·(i mod 2) + 1` (low) of block
    /// `i / 2`. See [Philox].
    record Uniform(long key, long call, Shape shape, DType dtype) implements Pointwise {
        @Override
        public String name() {
            return "uniform";
        }

        @Override
        public int arity() {
            return 0;
        }

        @Override
        public Tensor input(int i) {
            return none(this, i);
        }

        @Override
        public int cost() {
            return 6;
        }
    }
}
