package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Reductions;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/// Sums, products, extremes and norms along every set of axes.
abstract class ReductionConformance {

    private static final DType[] TYPES = {DType.F32, DType.F64, DType.I32, DType.I64};

    private final Oracle oracle;
    private final Samples samples = new Samples(18);

    ReductionConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyReductionTakesEveryShapeAndSetOfAxes() {
        for (ReduceOp f : ReduceOp.values()) {
            for (DType dtype : TYPES) {
                for (Shape shape : Samples.shapes()) {
                    Operand x = oracle.operand(values(f, dtype, shape));
                    check(f, x);
                    for (int[] axes : Samples.axisSets(shape.rank())) {
                        check(f, x, axes);
                    }
                }
            }
        }
    }

    @Test
    void everyReductionTakesEveryArrangement() {
        for (ReduceOp f : ReduceOp.values()) {
            for (DType dtype : TYPES) {
                for (Arrangement arrangement : Arrangement.values()) {
                    for (Shape shape :
                            new Shape[] {
                                Shape.of(9, 33), Shape.of(3, 16, 17), Shape.of(2, 3, 4, 9)
                            }) {
                        Operand x = oracle.operand(values(f, dtype, shape), arrangement);
                        for (int[] axes : Samples.axisSets(shape.rank())) {
                            check(f, x, axes);
                        }
                    }
                }
            }
        }
    }

    @Test
    void longAxesAreReduced() {
        Shape[] shapes = {
            Shape.of(100_003),
            Shape.of(3, 20_011),
            Shape.of(20_011, 3),
            Shape.of(5, 2003, 7),
            Shape.of(257, 1031)
        };
        for (ReduceOp f : ReduceOp.values()) {
            for (Shape shape : shapes) {
                Operand x = oracle.operand(values(f, DType.F32, shape));
                for (int[] axes : Samples.axisSets(shape.rank())) {
                    check(f, x, axes);
                }
            }
        }
    }

    @Test
    void pendingInputsAreComputedInside() {
        for (Shape shape :
                new Shape[] {
                    Shape.of(33), Shape.of(9, 17), Shape.of(3, 16, 7), Shape.of(2, 3, 4, 9)
                }) {
            for (Arrangement arrangement : Arrangement.values()) {
                for (int[] axes : Samples.axisSets(shape.rank())) {
                    Scope.run("conformance", () -> prologue(shape, arrangement, axes));
                }
            }
        }
        Scope.run("conformance", () -> prologue(Shape.of(301, 257), Arrangement.DENSE, 0));
        Scope.run("conformance", () -> prologue(Shape.of(301, 257), Arrangement.DENSE, 1));
        Scope.run("conformance", () -> prologue(Shape.of(301, 257), Arrangement.DENSE, 0, 1));
    }

    private void prologue(Shape shape, Arrangement arrangement, int... axes) {
        Bounded x = Bounded.of(oracle.operand(samples.draw(DType.F32, shape, 1), arrangement));
        Bounded row =
                Bounded.of(oracle.operand(samples.draw(DType.F32, Shape.of(shape.extent(-1)), 1)));
        Bounded y = Device.use(oracle.device(), () -> x.mul(row).add(0.1).square().add(x.relu()));
        Bounded[] results = {y.sum(axes), y.max(axes), y.sub(x).sum(axes), y};
        for (Bounded result : results) {
            Tensor expected = result.value().to(DType.F32);
            double[] allowed = result.error().toDoubleArray();
            double[] values = result.value().toDoubleArray();
            Arrays.setAll(allowed, i -> allowed[i] + Bound.ulp(DType.F32, values[i]));
            String what =
                    "prologue %s over %s of %s"
                            .formatted(arrangement, Arrays.toString(axes), shape);
            oracle.compare(what, expected, result.actual(), allowed);
        }
    }

    /// Up to the order of adding, which may follow how the others lie in memory.
    @Test
    void severalSumsAtOnceAreTheSumsOfEach() {
        Shape[] shapes = {
            Shape.of(0, 3), Shape.of(33), Shape.of(9, 17), Shape.of(3, 16, 7), Shape.of(301, 257)
        };
        for (DType dtype : TYPES) {
            for (Shape shape : shapes) {
                Operand x = oracle.operand(samples.draw(dtype, shape));
                for (Arrangement arrangement : Arrangement.values()) {
                    Operand y = oracle.operand(samples.draw(dtype, shape), arrangement);
                    for (int[] axes : Samples.axisSets(shape.rank())) {
                        Scope.run("conformance", () -> sums(x.actual(), y.actual(), axes));
                    }
                    Scope.run("conformance", () -> sums(x.actual(), y.actual()));
                }
            }
        }
    }

    private void sums(Tensor x, Tensor y, int... axes) {
        Device.use(
                oracle.device(),
                () -> {
                    Tensor difference = x.sub(y);
                    List<Tensor> xs = List.of(difference, difference.mul(x), y);
                    List<Tensor> sums = Reductions.sumsKeep(xs, axes);
                    for (int i = 0; i < xs.size(); i++) {
                        Tensor alone = xs.get(i).sumKeep(axes);
                        double[] allowed = new double[(int) alone.size()];
                        if (x.dtype().isFloating()) {
                            allowed = xs.get(i).abs().sumKeep(axes).toDoubleArray();
                            double unit = x.dtype() == DType.F32 ? 0x1p-24 : 0x1p-53;
                            double roundings = 2 * unit * x.size() / Math.max(1, alone.size());
                            for (int j = 0; j < allowed.length; j++) {
                                allowed[j] *= roundings;
                            }
                        }
                        String what =
                                "sum %d of 3 over %s of %s"
                                        .formatted(i, Arrays.toString(axes), x.shape());
                        oracle.compare(what, alone, sums.get(i), allowed);
                    }
                    return x;
                });
    }

    @Test
    void castsInsideAPrologueAreExact() {
        for (int[] axes : Samples.axisSets(3)) {
            Operand mask =
                    oracle.operand(
                            samples.draw(DType.BOOL, Shape.of(7, 9, 17)), Arrangement.PITCHED);
            Operand pixels = oracle.operand(samples.draw(DType.U8, Shape.of(7, 9, 17)));
            oracle.check("count", Bound.exact(), x -> x[0].sum(axes), mask);
            oracle.check("any", Bound.exact(), x -> x[0].any(axes), mask);
            oracle.check("all", Bound.exact(), x -> x[0].all(axes), mask);
            oracle.check("pixels", Bound.exact(), x -> x[0].to(DType.I32).sum(axes), pixels);
            oracle.check("hits", Bound.exact(), x -> x[0].eq(200).to(DType.F32).sum(axes), pixels);
        }
    }

    @Test
    void infinitiesAndNotANumberSpread() {
        double inf = Double.POSITIVE_INFINITY;
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (int n : Samples.EXTENTS) {
                for (double[] spoiled :
                        new double[][] {
                            {Double.NaN}, {inf}, {-inf}, {inf, -inf}, {inf, Double.NaN}, {-0.0}
                        }) {
                    if (n < spoiled.length) {
                        continue;
                    }
                    double[] values = new double[3 * n];
                    Arrays.setAll(values, i -> 1 + i % 2);
                    for (int i = 0; i < spoiled.length; i++) {
                        values[n + (n - 1 - i * 5 % n)] =
                                spoiled[i]; // in the second row, from the end
                    }
                    Operand x = oracle.operand(Samples.of(values, dtype, Shape.of(3, n)));
                    for (ReduceOp f : ReduceOp.values()) {
                        check(f, x, 0);
                        check(f, x, 1);
                        check(f, x, 0, 1);
                    }
                }
            }
        }
    }

    @Test
    void squaredNormIsAccumulatedInDouble() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Shape shape : Samples.shapes()) {
                squaredNorm(oracle.operand(samples.draw(dtype, shape)));
            }
            for (Arrangement arrangement : Arrangement.values()) {
                squaredNorm(oracle.operand(samples.draw(dtype, Shape.of(3, 9, 17)), arrangement));
            }
            squaredNorm(oracle.operand(samples.draw(dtype, Shape.of(300_007))));
        }
        // 1e-8 · 4096² vanishes beside 1 in single precision, not in double
        double[] values = new double[65537];
        Arrays.fill(values, 1e-4);
        values[0] = 4096;
        squaredNorm(oracle.operand(Samples.of(values, DType.F32, Shape.of(values.length))));
    }

    private void squaredNorm(Operand x) {
        double n = x.expected().size();
        oracle.check(
                "squared norm",
                Bound.roundings(n + 2, y -> y[0].square().sum()),
                y -> y[0].squaredNorm(),
                x);
    }

    /// Many tensors of both types, empty and strided ones among them, and single ones.
    @Test
    void squaredNormsOfSeveralTensorsAgree() {
        for (int count : new int[] {1, 2, 24, 25, 60}) {
            Operand[] xs = new Operand[count];
            double n = 0;
            for (int i = 0; i < count; i++) {
                DType dtype = i % 3 == 1 ? DType.F64 : DType.F32;
                Shape shape = i % 7 == 2 ? Shape.of(0, 4) : Shape.of(1 + 37 * (i % 5), 1 + 11 * i);
                Arrangement[] all = Arrangement.values();
                xs[i] = oracle.operand(samples.draw(dtype, shape), all[i % all.length]);
                n += xs[i].expected().size();
            }
            oracle.check(
                    "squared norm of " + count,
                    Bound.roundings(n + 2, y -> Reductions.squaredNorm(List.of(y))),
                    y -> Reductions.squaredNorm(List.of(y)),
                    xs);
        }
    }

    @Test
    void composedReductionsAgree() {
        for (Shape shape : new Shape[] {Shape.of(9, 33), Shape.of(3, 16, 17), Shape.of(100, 7)}) {
            Operand x = oracle.operand(samples.draw(DType.F32, shape));
            int axis = shape.rank() - 1;
            int n = shape.extent(axis);
            oracle.check(
                    "mean",
                    Bound.roundings(n + 2, y -> y[0].abs().mean(axis)),
                    y -> y[0].mean(axis),
                    x);
            oracle.check(
                    "variance",
                    Bound.roundings(3 * n + 8, y -> y[0].square().mean(axis).mul(2)),
                    y -> y[0].variance(1, axis),
                    x);
            oracle.check(
                    "log-sum-exp",
                    Bound.roundings(n + 30, y -> y[0].abs().max(axis).add(4)),
                    y -> y[0].logSumExp(axis),
                    x);
        }
    }

    /// Products stay near 1, so that neither side overflows.
    private Tensor values(ReduceOp f, DType dtype, Shape shape) {
        return f == ReduceOp.PROD && dtype.isFloating()
                ? samples.uniform(dtype, shape, 0.99, 1.01)
                : samples.draw(dtype, shape);
    }

    private void check(ReduceOp f, Operand x, int... axes) {
        Shape shape = x.expected().shape();
        boolean ofNothing = false;
        double n = 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int at = axis;
            if (axes.length == 0 || Arrays.stream(axes).anyMatch(a -> a == at)) {
                n *= shape.extent(axis);
                ofNothing |= shape.extent(axis) == 0;
            }
        }
        double terms = n;
        if (ofNothing && (f == ReduceOp.MAX || f == ReduceOp.MIN)) {
            return; // an error before any backend is asked
        }
        Bound bound =
                switch (f) {
                    case SUM -> Bound.roundings(terms, y -> y[0].abs().sum(axes));
                    case PROD -> Bound.roundings(terms, y -> y[0].abs().prod(axes));
                    case MAX, MIN -> Bound.exact();
                };
        oracle.check(
                f.label() + " over " + Arrays.toString(axes),
                bound,
                y -> Methods.apply(f, y[0], axes),
                x);
    }
}
