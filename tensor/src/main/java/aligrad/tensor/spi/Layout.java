package aligrad.tensor.spi;

import aligrad.tensor.Shape;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Where a tensor's elements lie in its storage: element `(i, j, …)` is at index `offset +
/// i·stride(0) + j·stride(1) + …`, counted in elements.
///
/// A stride of 0 repeats (broadcast), a negative one walks backwards. Immutable.
public final class Layout {

    private final long offset;
    private final long[] strides;
    private final boolean contiguous;

    private Layout(long offset, long[] strides, boolean contiguous) {
        this.offset = offset;
        this.strides = strides;
        this.contiguous = contiguous;
    }

    /// Row-major from the start of the storage, without gaps.
    public static Layout contiguous(Shape shape) {
        long[] strides = new long[shape.rank()];
        long step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= shape.extent(i);
        }
        return new Layout(0, strides, true);
    }

    /// Elements of `shape` at this offset and these strides.
    public static Layout of(Shape shape, long offset, long... strides) {
        boolean contiguous = true;
        long step = 1;
        for (int i = strides.length - 1; i >= 0 && shape.size() > 0; i--) {
            int extent = shape.extent(i);
            contiguous &= extent == 1 || strides[i] == step;
            step *= extent;
        }
        return new Layout(offset, strides.clone(), contiguous);
    }

    /// This layout, of a tensor of shape `from`, stretched to shape `to`: stretched axes repeat
    /// (stride 0).
    public Layout broadcast(Shape from, Shape to) {
        if (from.equals(to)) {
            return this;
        }
        int shift = to.rank() - from.rank();
        long[] stretched = new long[to.rank()];
        for (int i = 0; i < from.rank(); i++) {
            boolean repeats = from.extent(i) == 1 && to.extent(i + shift) != 1;
            stretched[i + shift] = repeats ? 0 : strides[i];
        }
        return Layout.of(to, offset, stretched);
    }

    /// This layout, of a tensor of shape `from`, seen as another shape of as many elements in
    /// row-major order; `null` if the elements do not lie so that this is possible without a copy.
    public @Nullable Layout reshaped(Shape from, Shape to) {
        if (contiguous) {
            Layout dense = to.contiguous();
            return offset == 0 ? dense : new Layout(offset, dense.strides, true);
        }
        long[] seen = new long[to.rank()];
        int i = from.rank() - 1;
        int j = seen.length - 1;
        while (i >= 0) {
            if (from.extent(i) == 1) {
                i--;
                continue;
            }
            // Axes of `from` that follow each other in memory, from i outwards, are one run; they
            // must be filled exactly by axes of `to`, from j outwards.
            long step = strides[i];
            long run = from.extent(i);
            while (i > 0 && follows(from, i, run * step)) {
                run *= from.extent(--i);
            }
            i--;
            long filled = 1;
            while (j >= 0 && filled < run) {
                seen[j] = step * filled;
                filled *= to.extent(j--);
            }
            if (filled != run) {
                return null;
            }
        }
        return of(to, offset, seen); // axes of `to` that are left have extent 1
    }

    private boolean follows(Shape from, int i, long distance) {
        return from.extent(i - 1) == 1 || strides[i - 1] == distance;
    }

    /// The index of the first element.
    public long offset() {
        return offset;
    }

    /// The distance between neighbours along an axis (0 to rank - 1), in elements.
    public long stride(int axis) {
        return strides[axis];
    }

    /// The strides, in a new array.
    public long[] strides() {
        return strides.clone();
    }

    /// Whether the elements follow each other row-major without gaps, from [#offset()] on.
    public boolean isContiguous() {
        return contiguous;
    }

    @Override
    public String toString() {
        return "offset " + offset + ", strides " + Arrays.toString(strides);
    }
}
