package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import java.util.Arrays;

/// Computes the same on the reference backend and on the device under test, and compares.
final class Oracle {

    private static final double SMALLEST_NORMAL_F32 = Float.MIN_NORMAL;
    private static final double SMALLEST_NORMAL_F64 = Double.MIN_NORMAL;

    private final Device reference = Device.of("reference");
    private final Device device;
    private final Accuracy accuracy;
    private final int repetitions;

    Oracle(Device device, Accuracy accuracy, int repetitions) {
        this.device = device;
        this.accuracy = accuracy;
        this.repetitions = repetitions;
    }

    Device reference() {
        return reference;
    }

    Device device() {
        return device;
    }

    Accuracy accuracy() {
        return accuracy;
    }

    /// `roundings` of the magnitudes of a sum of products, see [Bound#roundings]; and what the
    /// device rounds off the factors of `F32` products ([aligrad.tensor.spi.Precision]).
    Bound products(double roundings, Calculation magnitude) {
        return (expected, x) -> {
            double factors = productError(expected) / Bound.unit(expected.dtype());
            return Bound.roundings(roundings + factors, magnitude).of(expected, x);
        };
    }

    /// What the device rounds off the factors of products of this type, relative to the product.
    double productError(Tensor product) {
        return product.dtype() == DType.F32 ? device.backend().precision().productError() : 0;
    }

    /// `values`, which are on the reference backend, on both sides in the same arrangement. Where
    /// the arrangement repeats elements, the others are dropped.
    Operand operand(Tensor values, Arrangement arrangement) {
        Tensor laid = arrangement.lay(values);
        return new Operand(
                arrangement.view(laid, values.shape()),
                arrangement.view(laid.to(device), values.shape()));
    }

    /// `values`, which are on the reference backend, on both sides.
    Operand operand(Tensor values) {
        return operand(values, Arrangement.DENSE);
    }

    /// Compares what `calculation` gives on both sides.
    ///
    /// @param what names the case in the message of a failure
    void check(String what, Bound bound, Calculation calculation, Operand... operands) {
        Tensor[] x = new Tensor[operands.length];
        Tensor[] y = new Tensor[operands.length];
        for (int i = 0; i < operands.length; i++) {
            x[i] = operands[i].expected();
            y[i] = operands[i].actual();
        }
        Scope.run(
                "conformance",
                () -> {
                    Tensor expected = Device.use(reference, () -> calculation.of(x));
                    expected.storage();
                    double[] allowed = bound.of(expected, x);
                    for (int i = 0; i < repetitions; i++) {
                        Tensor actual = Device.use(device, () -> calculation.of(y));
                        compare(describe(what, operands), expected, actual, allowed);
                    }
                });
    }

    private static String describe(String what, Operand... operands) {
        StringBuilder text = new StringBuilder(what);
        for (Operand operand : operands) {
            Tensor x = operand.expected();
            text.append(" | ").append(x.dtype()).append(' ').append(x.shape());
            if (x.isComputed() && !x.layout().isContiguous()) {
                text.append(" strides ").append(Arrays.toString(x.layout().strides()));
            }
        }
        return text.toString();
    }

    /// Fails unless `actual` has the type and shape of `expected` and differs nowhere by more than
    /// allowed: not-a-number and infinities must be the same, whole numbers equal.
    void compare(String what, Tensor expected, Tensor actual, double[] allowed) {
        if (actual.dtype() != expected.dtype() || !actual.shape().equals(expected.shape())) {
            throw new AssertionError(
                    "%s: gave %s %s, expected %s %s"
                            .formatted(
                                    what,
                                    actual.dtype(),
                                    actual.shape(),
                                    expected.dtype(),
                                    expected.shape()));
        }
        if (!expected.dtype().isFloating()) {
            compareWhole(what, expected, actual);
            return;
        }
        double lost = smallestThatCounts(expected.dtype());
        double[] e = expected.toDoubleArray();
        double[] a = actual.toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            if (!agree(e[i], a[i], allowed[i] + lost)) {
                throw new AssertionError(
                        "%s: element %s is %s, expected %s; off by %s, allowed is %s; %d are off"
                                .formatted(
                                        what,
                                        place(i, expected),
                                        a[i],
                                        e[i],
                                        Math.abs(a[i] - e[i]),
                                        allowed[i] + lost,
                                        different(e, a, allowed, lost)));
            }
        }
    }

    private double smallestThatCounts(DType dtype) {
        return accuracy.subnormals()
                ? 0
                : dtype == DType.F32 ? SMALLEST_NORMAL_F32 : SMALLEST_NORMAL_F64;
    }

    private static boolean agree(double expected, double actual, double allowed) {
        return expected == actual
                || (Double.isNaN(expected) && Double.isNaN(actual))
                || (Double.isFinite(expected) && Math.abs(actual - expected) <= allowed);
    }

    private static int different(double[] e, double[] a, double[] allowed, double lost) {
        int count = 0;
        for (int i = 0; i < e.length; i++) {
            if (!agree(e[i], a[i], allowed[i] + lost)) {
                count++;
            }
        }
        return count;
    }

    private static void compareWhole(String what, Tensor expected, Tensor actual) {
        long[] e = expected.toLongArray();
        long[] a = actual.toLongArray();
        int i = Arrays.mismatch(e, a);
        if (i >= 0) {
            throw new AssertionError(
                    "%s: element %s is %d, expected %d"
                            .formatted(what, place(i, expected), a[i], e[i]));
        }
    }

    /// Element `i` of the row-major order by its index along each axis.
    private static String place(int i, Tensor x) {
        int[] place = new int[x.shape().rank()];
        int rest = i;
        for (int axis = place.length - 1; axis >= 0; axis--) {
            place[axis] = rest % x.extent(axis);
            rest /= x.extent(axis);
        }
        return Arrays.toString(place);
    }
}
