package aligrad.tensor.spi;

import aligrad.tensor.Assemble;
import aligrad.tensor.Transfer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Putting tensors together, and fetching them from other devices.
final class ReferenceMovement {

    private ReferenceMovement() {}

    static ReferenceValues assemble(Assemble op) {
        ReferenceValues to = new ReferenceValues(op.dtype(), op.shape().size());
        Arrays.fill(to.reals, op.background());
        if (!op.dtype().isFloating()) {
            Arrays.fill(to.wholes, ReferenceValues.saturated(op.dtype(), op.background()));
        }
        boolean[] written = new boolean[to.length()];
        Layout dense = op.shape().contiguous();
        for (Assemble.Piece piece : op.pieces()) {
            ReferenceValues x = ReferenceValues.of(piece.x());
            long start = 0;
            long[] strides = new long[op.shape().rank()];
            for (int i = 0; i < strides.length; i++) {
                start += piece.starts().get(i) * dense.stride(i);
                strides[i] = piece.steps().get(i) * dense.stride(i);
            }
            ReferenceWalk walk =
                    new ReferenceWalk(
                            piece.x().shape(), Layout.of(piece.x().shape(), start, strides));
            for (int i = 0; i < x.length(); i++) {
                int at = (int) walk.next();
                if (written[at]) {
                    to.add(at, x, i);
                } else {
                    to.copy(at, x, i);
                    written[at] = true;
                }
            }
        }
        return to;
    }

    static ReferenceValues transfer(Transfer op) {
        ReferenceValues to = new ReferenceValues(op.dtype(), op.shape().size());
        MemorySegment bytes = op.x().detach().raw();
        for (int i = 0; i < to.length(); i++) {
            to.load(bytes, i, i);
        }
        return to;
    }
}
