package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Ordering;

import java.util.Arrays;

/// The positions of the elements of each line by their order.
///
/// Elements become whole numbers of the same order, see [#key]; a smaller key comes first, and
/// where keys are equal, the smaller position.
final class OrderingKernels {

    private OrderingKernels() {}

    static void compute(Ordering op, long result) {
        switch (op) {
            case Ordering.ArgSort sort -> argSort(sort, result);
            case Ordering.ArgExtreme extreme -> argExtreme(extreme, result);
        }
    }

    /// A whole number of the same order as the element at `address`: not-a-number is the largest,
    /// and the two zeros are equal. It has 32 bits where the element has at most that.
    private static long key(DType type, long address) {
        return switch (type) {
            case F32 -> {
                float x = Lanes.f32(address) + 0f; // -0 + 0 = +0
                int bits = x == x ? Float.floatToRawIntBits(x) : Integer.MAX_VALUE;
                yield bits ^ (bits >> 31 & Integer.MAX_VALUE);
            }
            case F64 -> {
                double x = Lanes.f64(address) + 0.0;
                long bits = x == x ? Double.doubleToRawLongBits(x) : Long.MAX_VALUE;
                yield bits ^ (bits >> 63 & Long.MAX_VALUE);
            }
            case I32 -> Lanes.i32(address);
            case I64 -> Lanes.i64(address);
            case U8 -> Lanes.i8(address) & 0xff;
            case BOOL -> Lanes.i8(address) == 0 ? 0 : 1;
        };
    }

    private static void argSort(Ordering.ArgSort op, long result) {
        Lines x = Lines.of(op.x(), op.axis());
        int n = x.extent();
        int levels = 32 - Integer.numberOfLeadingZeros(n);
        LineBlocks blocks = LineBlocks.of(x.outer(), x.inner(), (long) n * levels);
        Workers.run(
                blocks.count(),
                2 * levels * op.shape().size(),
                new ArgSort(blocks, x, op.x().dtype(), op.descending(), result));
    }

    private record ArgSort(LineBlocks blocks, Lines x, DType dtype, boolean descending, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            int n = x.extent();
            boolean packs = dtype.bytes() <= Integer.BYTES;
            long[] keys = new long[n];
            int[] order = new int[packs ? 0 : n];
            int[] merged = new int[packs ? 0 : n];
            for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
                for (int i = blocks.firstInner(block); i < blocks.endInner(block); i++) {
                    long from = x.address() + o * x.outerStride() + i * x.innerStride();
                    long to = result + ((long) o * n * x.inner() + i) * Long.BYTES;
                    if (packs) {
                        packed(from, keys, to);
                    } else {
                        wide(from, keys, order, merged, to);
                    }
                }
            }
        }

        /// Key and position in one `long`: all differ, so any sort is a stable one.
        private void packed(long from, long[] keys, long to) {
            int n = keys.length;
            for (int j = 0; j < n; j++) {
                long key = key(dtype, from + j * x.stride());
                keys[j] = (descending ? ~key : key) << 32 | j;
            }
            Arrays.sort(keys);
            long step = (long) x.inner() * Long.BYTES;
            for (int j = 0; j < n; j++) {
                Lanes.putI64(to + j * step, keys[j] & 0xffffffffL);
            }
        }

        private void wide(long from, long[] keys, int[] order, int[] merged, long to) {
            int n = keys.length;
            for (int j = 0; j < n; j++) {
                long key = key(dtype, from + j * x.stride());
                keys[j] = descending ? ~key : key;
                order[j] = j;
            }
            int[] sorted = MergeSort.sort(keys, order, merged);
            long step = (long) x.inner() * Long.BYTES;
            for (int j = 0; j < n; j++) {
                Lanes.putI64(to + j * step, sorted[j]);
            }
        }
    }

    private static void argExtreme(Ordering.ArgExtreme op, long result) {
        Lines x = Lines.of(op.x(), op.axis());
        LineBlocks blocks = LineBlocks.of(x.outer(), x.inner(), x.extent());
        Workers.run(
                blocks.count(),
                x.count() * x.extent(),
                new ArgExtreme(blocks, x, op.x().dtype(), op.largest(), result));
    }

    private record ArgExtreme(LineBlocks blocks, Lines x, DType dtype, boolean largest, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
                for (int i = blocks.firstInner(block); i < blocks.endInner(block); i++) {
                    long from = x.address() + o * x.outerStride() + i * x.innerStride();
                    long to = result + ((long) o * x.inner() + i) * Long.BYTES;
                    Lanes.putI64(to, dtype == DType.F32 ? ofFloats(from) : ofKeys(from));
                }
            }
        }

        /// Scalars: few programs call this often enough for vectors to be compiled in time.
        private int ofFloats(long from) {
            int best = 0;
            float sign = largest ? 1 : -1;
            float extreme = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < x.extent(); j++) {
                float v = sign * Lanes.f32(from + j * x.stride());
                if (v > extreme) {
                    extreme = v;
                    best = j;
                } else if (v != v) {
                    return j;
                }
            }
            return best;
        }

        private int ofKeys(long from) {
            int best = 0;
            long extreme = Long.MIN_VALUE;
            for (int j = 0; j < x.extent(); j++) {
                long address = from + j * x.stride();
                long key = key(dtype, address);
                boolean isNan = dtype == DType.F64 && Double.isNaN(Lanes.f64(address));
                long rank = largest || isNan ? key : ~key; // not-a-number wins either way
                if (rank > extreme) {
                    extreme = rank;
                    best = j;
                }
            }
            return best;
        }
    }
}
