package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.util.Arrays;

/// A way in which the elements of a tensor may lie in memory.
///
/// [#lay] puts them there, with garbage in the places between, and [#view] looks at them.
enum Arrangement {
    /// Row-major from the start of the storage.
    DENSE {
        @Override
        Tensor lay(Tensor x) {
            return x;
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            return laid;
        }
    },
    /// Row-major, but beginning somewhere inside the storage.
    SHIFTED {
        @Override
        Tensor lay(Tensor x) {
            return x.shape().rank() == 0 ? x : around(x, 0, 1, 0);
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            return shape.rank() == 0 ? laid : laid.slice(0, 1, 1 + shape.extent(0));
        }
    },
    /// With gaps between the rows.
    PITCHED {
        @Override
        Tensor lay(Tensor x) {
            return x.shape().rank() == 0 ? x : around(x, x.shape().rank() - 1, 2, 3);
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            return shape.rank() == 0 ? laid : laid.slice(-1, 2, 2 + shape.extent(-1));
        }
    },
    /// The first axis is the innermost.
    TRANSPOSED {
        @Override
        Tensor lay(Tensor x) {
            return x.permute(backwards(x.shape())).copy();
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            return laid.permute(backwards(shape));
        }
    },
    /// Every second place along every axis.
    STEPPED {
        @Override
        Tensor lay(Tensor x) {
            Tensor wide = x;
            for (int i = 0; i < x.shape().rank(); i++) {
                int[] extents = wide.shape().toArray();
                extents[i] *= 2;
                wide = around(wide.unsqueeze(i + 1), i + 1, 0, 1).reshape(extents);
            }
            return wide;
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            Tensor view = laid;
            for (int i = 0; i < shape.rank(); i++) {
                view = view.slice(i, 0, 2 * shape.extent(i), 2);
            }
            return view;
        }
    },
    /// Backwards along every axis.
    REVERSED {
        @Override
        Tensor lay(Tensor x) {
            return flipped(x).copy();
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            return flipped(laid);
        }
    },
    /// The first slice repeated along the first axis.
    REPEATED_ROWS {
        @Override
        Tensor lay(Tensor x) {
            return firstOf(x, 0);
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            return laid.expand(shape);
        }
    },
    /// The first element of each row repeated along the last axis.
    REPEATED_COLUMNS {
        @Override
        Tensor lay(Tensor x) {
            return firstOf(x, x.shape().rank() - 1);
        }

        @Override
        Tensor view(Tensor laid, Shape shape) {
            return laid.expand(shape);
        }
    };

    /// The memory of a tensor with the elements of `x` in this arrangement.
    abstract Tensor lay(Tensor x);

    /// The tensor of this shape in that memory.
    abstract Tensor view(Tensor laid, Shape shape);

    private static Tensor around(Tensor x, int axis, int before, int after) {
        int[] front = new int[x.shape().rank()];
        int[] back = new int[x.shape().rank()];
        front[axis] = before;
        back[axis] = after;
        return x.pad(front, back, garbage(x.dtype()));
    }

    /// A number that spoils every result it gets into.
    private static double garbage(DType dtype) {
        return switch (dtype) {
            case F32, F64 -> Double.NaN;
            case I32, I64 -> 1_000_000_007;
            case U8 -> 251;
            case BOOL -> 1;
        };
    }

    private static int[] backwards(Shape shape) {
        int[] axes = new int[shape.rank()];
        Arrays.setAll(axes, i -> axes.length - 1 - i);
        return axes;
    }

    private static Tensor flipped(Tensor x) {
        Tensor flipped = x;
        for (int i = 0; i < x.shape().rank(); i++) {
            flipped = flipped.flip(i);
        }
        return flipped;
    }

    private static Tensor firstOf(Tensor x, int axis) {
        return x.shape().rank() == 0 || x.extent(axis) == 0 ? x : x.slice(axis, 0, 1).copy();
    }
}
