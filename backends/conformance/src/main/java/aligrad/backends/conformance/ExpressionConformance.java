package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Fused expressions: random ones with shared parts, longer than one kernel takes, read in any
/// order.
abstract class ExpressionConformance {

    private static final int[] NODES = {3, 8, 15, 25, 40, 60};

    private final Oracle oracle;

    ExpressionConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void randomF32ExpressionsStayWithinTheirErrorBounds() {
        for (int seed = 0; seed < 60; seed++) {
            runFloating(DType.F32, seed, Shape.of(5, 33));
        }
    }

    @Test
    void randomF64ExpressionsStayWithinTheirErrorBounds() {
        for (int seed = 100; seed < 130; seed++) {
            runFloating(DType.F64, seed, Shape.of(5, 33));
        }
    }

    @Test
    void randomExpressionsOfEveryRaggedExtent() {
        for (int i = 1; i < Samples.EXTENTS.length; i++) {
            runFloating(DType.F32, 200 + i, Shape.of(Samples.EXTENTS[i]));
            runFloating(DType.F32, 300 + i, Shape.of(3, Samples.EXTENTS[i]));
            runFloating(DType.F32, 400 + i, Shape.of(2, Samples.EXTENTS[i], 3));
        }
    }

    @Test
    void largeRandomExpressionsAreSharedBetweenThreads() {
        for (int seed = 500; seed < 506; seed++) {
            runFloating(DType.F32, seed, Shape.of(60, 1001));
        }
    }

    @Test
    void randomWholeNumberExpressionsAreExact() {
        for (int seed = 600; seed < 640; seed++) {
            Samples samples = new Samples(seed);
            DType dtype = samples.coin() ? DType.I32 : DType.I64;
            Scope.run("conformance", () -> runWhole(dtype, samples));
        }
    }

    @Test
    void aPartThatIsUsedManyTimesIsOneNode() {
        Operand x = oracle.operand(new Samples(701).draw(DType.F32, Shape.of(9, 17)));
        oracle.check(
                "x doubled twelve times",
                Bound.exact(),
                y -> {
                    Tensor sum = y[0];
                    for (int i = 0; i < 12; i++) {
                        sum = sum.add(sum); // without sharing, 4096 leaves
                    }
                    return sum;
                },
                x);
    }

    @Test
    void aChainOfAThousandIsComputedInParts() {
        Operand x = oracle.operand(new Samples(702).draw(DType.F32, Shape.of(33)));
        oracle.check(
                "x halved and doubled",
                Bound.exact(),
                y -> {
                    Tensor chain = y[0];
                    for (int i = 0; i < 1000; i++) {
                        chain = chain.mul(i % 2 == 0 ? 0.5 : 2);
                    }
                    return chain;
                },
                x);
    }

    @Test
    void constantsAreArgumentsOfOneKernel() {
        Operand x = oracle.operand(new Samples(703).draw(DType.F32, Shape.of(17)));
        for (int i = 0; i < 40; i++) {
            double c = i - 20;
            oracle.check(
                    "x + " + c + " times " + -c,
                    Bound.roundings(2, y -> y[0].abs().add(20).mul(20)),
                    y -> y[0].add(c).mul(-c),
                    x);
        }
    }

    private void runFloating(DType dtype, int seed, Shape shape) {
        Samples samples = new Samples(seed);
        Scope.run(
                "conformance",
                () -> {
                    List<Operand> conditions = new ArrayList<>();
                    List<Bounded> numbers = leaves(dtype, shape, samples, conditions);
                    int leaves = numbers.size();
                    int count = NODES[samples.choice(NODES.length)];
                    Device.use(
                            oracle.device(),
                            () -> {
                                for (int i = 0; i < count; i++) {
                                    numbers.add(next(numbers, conditions, samples));
                                }
                                return null;
                            });
                    String what =
                            "random expression "
                                    + dtype
                                    + " "
                                    + shape
                                    + ", seed "
                                    + seed
                                    + ", node ";
                    List<Integer> order = new ArrayList<>(List.of(numbers.size() - 1));
                    for (int i = 0; i < 4; i++) {
                        order.add(samples.choice(order.size() + 1), leaves + samples.choice(count));
                    }
                    for (int node : order) {
                        Bounded x = numbers.get(node);
                        switch (samples.choice(4)) {
                            case 0 -> compare(what + node + " summed", x.sum(0));
                            case 1 ->
                                    compare(
                                            what + node + " largest",
                                            x.max(x.value().shape().rank() - 1));
                            case 2 -> compare(what + node + " summed over all", x.sum());
                            default -> compare(what + node, x);
                        }
                    }
                    compare(what + "last", numbers.getLast());
                });
    }

    private void compare(String what, Bounded x) {
        Tensor expected = x.value().to(x.actual().dtype());
        double[] allowed = x.error().toDoubleArray();
        double[] values = x.value().toDoubleArray();
        Arrays.setAll(allowed, i -> allowed[i] + Bound.ulp(expected.dtype(), values[i]));
        oracle.compare(what, expected, x.actual(), allowed);
    }

    /// Operands of the shape and of shapes that broadcast to it, in every arrangement.
    private List<Bounded> leaves(
            DType dtype, Shape shape, Samples samples, List<Operand> conditions) {
        List<Arrangement> arrangements = Arrays.asList(Arrangement.values());
        List<Bounded> leaves = new ArrayList<>();
        leaves.add(Bounded.of(oracle.operand(samples.draw(dtype, shape, 1))));
        for (int i = 0; i < 5; i++) {
            int[] extents = shape.toArray();
            for (int axis = 0; axis < extents.length; axis++) {
                extents[axis] = samples.choice(3) == 0 ? 1 : extents[axis];
            }
            Shape narrow = samples.coin() ? Shape.of(extents) : Shape.of(shape.extent(-1));
            Operand x = oracle.operand(samples.draw(dtype, narrow, 1), samples.oneOf(arrangements));
            leaves.add(Bounded.of(x));
            Operand y = oracle.operand(samples.draw(dtype, narrow, 1), samples.oneOf(arrangements));
            conditions.add(new Operand(x.expected().gt(y.expected()), x.actual().gt(y.actual())));
        }
        return leaves;
    }

    /// One more operation on what is there, mostly on what came last. Numbers stay small: what grew
    /// is squashed.
    private Bounded next(List<Bounded> numbers, List<Operand> conditions, Samples samples) {
        double ulps =
                oracle.accuracy().functionUlps() + 3; // the reference's own error in F64 included
        Bounded a = pick(numbers, samples);
        Bounded b = pick(numbers, samples);
        Operand condition = samples.oneOf(conditions);
        Bounded made =
                switch (samples.choice(20)) {
                    case 0, 1, 2 -> a.add(b);
                    case 3, 4 -> a.sub(b);
                    case 5, 6, 7 -> a.mul(b);
                    case 8 -> a.div(b.abs().add(0.75));
                    case 9 -> a.maximum(b);
                    case 10 -> a.minimum(b);
                    case 11 -> a.where(condition, b);
                    case 12 -> a.relu();
                    case 13 -> a.abs().add(0.25).sqrt();
                    case 14 -> a.tanh(ulps).exp(ulps);
                    case 15 -> a.square().add(0.5).log(ulps);
                    case 16 -> a.tanh(ulps);
                    case 17 -> a.sigmoid(ulps).mul(b);
                    case 18 -> a.tanh(ulps).sin(ulps);
                    default -> a.neg().mul(0.3);
                };
        double largest = made.value().abs().max().item();
        return largest > 30 ? made.tanh(ulps) : made;
    }

    private static Bounded pick(List<Bounded> numbers, Samples samples) {
        int n = numbers.size();
        return numbers.get(
                samples.choice(3) == 0
                        ? samples.choice(n)
                        : n - 1 - samples.choice(Math.min(n, 4)));
    }

    private void runWhole(DType dtype, Samples samples) {
        Shape shape = Shape.of(5, 33);
        List<Arrangement> arrangements = Arrays.asList(Arrangement.values());
        List<Operand> numbers = new ArrayList<>();
        List<Operand> conditions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            numbers.add(oracle.operand(samples.draw(dtype, shape), samples.oneOf(arrangements)));
            conditions.add(
                    oracle.operand(samples.draw(DType.BOOL, shape), samples.oneOf(arrangements)));
        }
        int count = NODES[samples.choice(NODES.length)];
        for (int i = 0; i < count; i++) {
            Operand a = samples.oneOf(numbers);
            Operand b = samples.oneOf(numbers);
            Operand p = samples.oneOf(conditions);
            Operand q = samples.oneOf(conditions);
            switch (samples.choice(14)) {
                case 0, 1 -> numbers.add(both(x -> x[0].add(x[1]), a, b));
                case 2 -> numbers.add(both(x -> x[0].sub(x[1]), a, b));
                case 3, 4 -> numbers.add(both(x -> x[0].mul(x[1]), a, b));
                case 5 -> numbers.add(both(x -> x[0].div(x[1].abs().maximum(1)), a, b));
                case 6 -> numbers.add(both(x -> x[0].mod(x[1].square().maximum(3)), a, b));
                case 7 -> numbers.add(both(x -> x[0].maximum(x[1]).neg(), a, b));
                case 8 -> numbers.add(both(x -> x[0].minimum(x[1]).sign(), a, b));
                case 9 -> numbers.add(both(x -> x[0].relu().add(7), a));
                case 10 -> numbers.add(both(x -> x[0].where(x[1], x[2]), p, a, b));
                case 11 -> conditions.add(both(x -> x[0].lt(x[1]), a, b));
                case 12 -> conditions.add(both(x -> x[0].and(x[1].not()), p, q));
                default -> conditions.add(both(x -> x[0].xor(x[1].or(x[2].eq(0))), p, q, a));
            }
        }
        List<Operand> all = new ArrayList<>(numbers);
        all.addAll(conditions);
        for (int i = 0; i < 6; i++) {
            Operand x = samples.oneOf(all);
            oracle.compare("random expression " + dtype, x.expected(), x.actual(), new double[0]);
        }
    }

    private static Operand both(Calculation calculation, Operand... operands) {
        Tensor[] x = new Tensor[operands.length];
        Tensor[] y = new Tensor[operands.length];
        for (int i = 0; i < operands.length; i++) {
            x[i] = operands[i].expected();
            y[i] = operands[i].actual();
        }
        return new Operand(calculation.of(x), calculation.of(y));
    }
}
