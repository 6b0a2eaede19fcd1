package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Computation;
import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Movements;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.random.RandomGenerator;

/// Runs one kernel of the cpu backend and the reference backend on the same operation.
final class ReferenceComparison {

    /// A kernel under test.
    interface Kernel<O extends Computation> {
        void compute(O op, long result);
    }

    private static final Device REFERENCE = Device.of("reference");

    private ReferenceComparison() {}

    /// A tensor of a type and shape with elements in its range, on the reference device. `F32` and
    /// `F64` hold fractions of both signs, the others small whole numbers.
    static Tensor random(RandomGenerator random, DType type, int... extents) {
        Shape shape = Shape.of(extents);
        double[] values = new double[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (type) {
                        case F32, F64 -> (float) random.nextGaussian(0, 3);
                        case I32, I64 -> random.nextInt(-5, 6);
                        case U8 -> random.nextInt(256);
                        case BOOL -> random.nextInt(2);
                    };
        }
        return of(values, type, extents);
    }

    /// Indices from 0 to `extent - 1` on the reference device.
    static Tensor indices(RandomGenerator random, DType type, int extent, int... extents) {
        double[] values = new double[Math.toIntExact(Shape.of(extents).size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(extent);
        }
        return of(values, type, extents);
    }

    static Tensor of(double[] values, DType type, int... extents) {
        return Device.use(
                REFERENCE,
                () -> {
                    Tensor t = Tensor.of(values, extents.length == 0 ? new int[] {1} : extents);
                    Tensor cast = (extents.length == 0 ? t.reshape() : t).to(type).detach();
                    cast.storage();
                    return cast;
                });
    }

    /// The same elements under other strides: as a transposed view, a reversed one, or a part of
    /// more.
    static Tensor arranged(Tensor x, int arrangement) {
        int rank = x.shape().rank();
        return switch (arrangement) {
            case 0 -> x;
            case 1 -> rank < 2 ? x : x.transpose(0, rank - 1).copy().transpose(0, rank - 1);
            case 2 -> rank == 0 ? x : x.flip(rank - 1).copy().flip(rank - 1);
            case 3 -> inMore(x);
            default -> throw new IllegalArgumentException("arrangement " + arrangement);
        };
    }

    static final int ARRANGEMENTS = 4;

    private static Tensor inMore(Tensor x) {
        Tensor more = x;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            more = Movements.concat(axis, more, more);
        }
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            int n = x.shape().extent(axis);
            more = more.slice(axis, n, 2 * n);
        }
        return more;
    }

    /// Asserts that kernel and reference agree in every element: exactly where `tolerance` is 0,
    /// else to that much relative to the larger of 1 and the element.
    static <O extends Computation> void assertSame(O op, Kernel<O> kernel, double tolerance) {
        double[] expected = reference(op);
        double[] actual = kernel(op, kernel);
        assertThat(actual).as(describe(op)).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            double bound = tolerance * Math.max(1, Math.abs(expected[i]));
            boolean same =
                    Double.isNaN(expected[i])
                            ? Double.isNaN(actual[i])
                            : expected[i] == actual[i]
                                    || Math.abs(expected[i] - actual[i]) <= bound;
            assertThat(same)
                    .as(
                            "%s: element %d is %s, the reference has %s",
                            describe(op), i, actual[i], expected[i])
                    .isTrue();
        }
    }

    private static String describe(Computation op) {
        StringBuilder text = new StringBuilder(op.name()).append(" -> ").append(op.shape());
        for (int i = 0; i < op.arity(); i++) {
            Tensor x = op.input(i);
            text.append(" of ").append(x.dtype()).append(x.shape()).append(' ').append(x.layout());
        }
        return text.toString();
    }

    static double[] reference(Computation op) {
        HostStorage to = storage(op);
        REFERENCE.backend().compute(op, to);
        return elements(op, to);
    }

    static <O extends Computation> double[] kernel(O op, Kernel<O> kernel) {
        HostStorage to = storage(op);
        kernel.compute(op, to.address());
        return elements(op, to);
    }

    /// The raw bytes that a kernel computes with so many threads.
    static <O extends Computation> byte[] bytes(O op, Kernel<O> kernel, int threads) {
        int before = Workers.threads();
        Workers.setThreads(threads);
        try {
            HostStorage to = storage(op);
            kernel.compute(op, to.address());
            byte[] bytes = to.segment().toArray(ValueLayout.JAVA_BYTE);
            Reference.reachabilityFence(to);
            return bytes;
        } finally {
            Workers.setThreads(before);
        }
    }

    /// Asserts that 1, 2, 3, 4 and 8 threads compute the same bits.
    static <O extends Computation> void assertSameBitsForAnyThreads(O op, Kernel<O> kernel) {
        byte[] one = bytes(op, kernel, 1);
        for (int threads : new int[] {2, 3, 4, 8}) {
            assertThat(bytes(op, kernel, threads))
                    .as("%s with %d threads", describe(op), threads)
                    .isEqualTo(one);
        }
    }

    /// Room for the result, full of garbage, so that a kernel that leaves a place out is seen.
    private static HostStorage storage(Computation op) {
        HostStorage to =
                HostMemory.allocate(op.shape().size() * op.dtype().bytes(), op.name(), "", false);
        to.moveTo(null);
        to.segment().fill((byte) 0x5b);
        return to;
    }

    private static double[] elements(Computation op, HostStorage to) {
        Tensor dense = Device.use(REFERENCE, () -> Tensor.of(copy(to), op.dtype(), op.shape()));
        Reference.reachabilityFence(to);
        return dense.toDoubleArray();
    }

    private static MemorySegment copy(HostStorage to) {
        return MemorySegment.ofArray(to.segment().toArray(ValueLayout.JAVA_BYTE));
    }
}
