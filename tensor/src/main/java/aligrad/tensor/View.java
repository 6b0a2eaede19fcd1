package aligrad.tensor;

import aligrad.tensor.spi.Layout;

import java.util.List;
import java.util.Objects;

/// Operations that only look at the same elements in another way: they cost nothing.
///
/// [#layout()] says where the elements of the view lie in the storage of `x`.
public sealed interface View extends Op {

    /// The tensor that is looked at.
    Tensor x();

    /// Where the view's elements lie in the storage of `x`.
    Layout layout();

    @Override
    default DType dtype() {
        return x().dtype();
    }

    @Override
    default int arity() {
        return 1;
    }

    @Override
    default Tensor input(int i) {
        return x();
    }

    /// The same elements in row-major order under another shape. The layout of `x` allows it, see
    /// [Layout#reshaped].
    record Reshape(Tensor x, Shape shape) implements View {
        @Override
        public String name() {
            return "reshape";
        }

        @Override
        public Layout layout() {
            return Objects.requireNonNull(x.layout().reshaped(x.shape(), shape));
        }
    }

    /// Axis `i` of the result is axis `axes[i]` of `x`.
    record Permute(Tensor x, List<Integer> axes) implements View {
        @Override
        public String name() {
            return "permute";
        }

        @Override
        public Shape shape() {
            int[] extents = new int[axes.size()];
            for (int i = 0; i < extents.length; i++) {
                extents[i] = x.shape().extent(axes.get(i));
            }
            return Shape.owning(extents);
        }

        @Override
        public Layout layout() {
            Layout of = x.layout();
            long[] strides = new long[axes.size()];
            for (int i = 0; i < strides.length; i++) {
                strides[i] = of.stride(axes.get(i));
            }
            return Layout.of(shape(), of.offset(), strides);
        }
    }

    /// `x` stretched to a larger shape by broadcasting.
    record Expand(Tensor x, Shape shape) implements View {
        @Override
        public String name() {
            return "expand";
        }

        @Override
        public Layout layout() {
            return x.layout().broadcast(x.shape(), shape);
        }
    }

    /// Along each axis `i` the elements `starts[i] + j·steps[i]`, `j = 0 … shape[i] - 1`. Steps may
    /// be negative, not 0.
    record Slice(Tensor x, Shape shape, List<Integer> starts, List<Integer> steps) implements View {
        @Override
        public String name() {
            return "slice";
        }

        @Override
        public Layout layout() {
            Layout of = x.layout();
            long offset = of.offset();
            long[] strides = new long[shape.rank()];
            for (int i = 0; i < strides.length; i++) {
                offset += shape.size() == 0 ? 0 : starts.get(i) * of.stride(i);
                strides[i] = steps.get(i) * of.stride(i);
            }
            return Layout.of(shape, offset, strides);
        }
    }

    /// The diagonal of the last two axes, which must be equal, as a new last axis: `(…, n, n)` to
    /// `(…, n)`.
    record Diagonal(Tensor x) implements View {
        @Override
        public String name() {
            return "diagonal";
        }

        @Override
        public Shape shape() {
            return x.shape().remove(-1);
        }

        @Override
        public Layout layout() {
            Layout of = x.layout();
            int last = x.shape().rank() - 2;
            long[] strides = new long[last + 1];
            for (int i = 0; i < last; i++) {
                strides[i] = of.stride(i);
            }
            strides[last] = of.stride(last) + of.stride(last + 1);
            return Layout.of(shape(), of.offset(), strides);
        }
    }
}
