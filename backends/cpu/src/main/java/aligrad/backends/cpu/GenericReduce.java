package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;

import java.util.List;

/// Joins `F64` and whole numbers along axes: plain loops, in order.
final class GenericReduce {

    private GenericReduce() {}

    static void reduce(ReduceOp f, Tensor x, List<Integer> axes, long to) {
        int rank = x.shape().rank();
        int[] order = new int[rank];
        int kept = 1;
        int n = 0;
        for (int axis = 0; axis < rank; axis++) {
            if (!axes.contains(axis)) {
                order[n++] = axis;
                kept *= x.shape().extent(axis);
            }
        }
        for (int axis : axes) {
            order[n++] = axis;
        }
        Tensor rows = Contiguous.of(x.detach().permute(order));
        int length = kept == 0 ? 0 : (int) (x.size() / kept);
        DType type = x.dtype();
        long from =
                ((HostStorage) rows.storage()).address() + rows.layout().offset() * type.bytes();
        for (int r = 0; r < kept; r++) {
            long row = from + (long) r * length * type.bytes();
            switch (type) {
                case F64 -> Lanes.putF64(to + 8L * r, joinF64(f, row, length));
                case I32 -> Lanes.putI32(to + 4L * r, (int) joinWhole(f, type, row, length));
                case I64 -> Lanes.putI64(to + 8L * r, joinWhole(f, type, row, length));
                case F32, U8, BOOL -> throw new AssertionError(type + " is reduced elsewhere");
            }
        }
    }

    private static double joinF64(ReduceOp f, long row, int n) {
        double joined = f.identity();
        for (int i = 0; i < n; i++) {
            joined = f.apply(joined, Lanes.f64(row + 8L * i));
        }
        return joined;
    }

    private static long joinWhole(ReduceOp f, DType type, long row, int n) {
        long joined =
                switch (f) {
                    case SUM -> 0;
                    case PROD -> 1;
                    case MAX -> Long.MIN_VALUE;
                    case MIN -> Long.MAX_VALUE;
                };
        for (int i = 0; i < n; i++) {
            long v = type == DType.I32 ? Lanes.i32(row + 4L * i) : Lanes.i64(row + 8L * i);
            joined =
                    switch (f) {
                        case SUM -> joined + v;
                        case PROD -> joined * v;
                        case MAX -> Math.max(joined, v);
                        case MIN -> Math.min(joined, v);
                    };
        }
        return joined;
    }
}
