package aligrad.backends.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Results that PyTorch computed in double, for operands that are exact in single precision.
abstract class GoldenConformance {

    private static final Set<String> PRODUCTS = Set.of("matmul", "einsum", "linear", "conv2d");

    private final Oracle oracle;

    GoldenConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pointwise",
                "reductions",
                "scan",
                "movement",
                "indexing",
                "contractions",
                "convolution",
                "pooling"
            })
    void resultsAgreeWithPyTorch(String family) {
        List<GoldenCase> cases = GoldenCase.family(family);
        assertThat(cases).isNotEmpty();
        for (GoldenCase golden : cases) {
            check(golden, DType.F64);
            check(golden, DType.F32);
        }
    }

    private void check(GoldenCase golden, DType dtype) {
        List<Tensor> expected = golden.outputs();
        Device.use(
                oracle.device(),
                () -> {
                    List<Tensor> operands =
                            golden.inputs().stream().map(x -> as(dtype, x)).toList();
                    if (isBeyondOurEinsum(golden)) {
                        assertThatThrownBy(() -> golden.compute(operands))
                                .isInstanceOf(ShapeException.class);
                        return null;
                    }
                    List<Tensor> actual = golden.compute(operands);
                    assertThat(actual).as(golden.toString()).hasSameSizeAs(expected);
                    for (int i = 0; i < actual.size(); i++) {
                        Tensor e = as(dtype, expected.get(i));
                        oracle.compare(
                                golden + " in " + dtype,
                                e,
                                as(dtype, actual.get(i)),
                                allowed(golden, operands, e));
                    }
                    return null;
                });
    }

    /// Three operands, dots for any number of axes, and results that are not named are PyTorch's.
    private static boolean isBeyondOurEinsum(GoldenCase golden) {
        if (!golden.options().op().equals("einsum")) {
            return false;
        }
        String equation = golden.options().text("equation");
        return equation.contains("...")
                || !equation.contains("->")
                || equation.split(",").length > 2;
    }

    private static Tensor as(DType dtype, Tensor x) {
        return x.dtype().isFloating() ? x.to(dtype) : x;
    }

    /// Ordinary cases have a few dozen terms: sums may be off by some roundings of the largest
    /// number. Special values stand alone, each to some units in its last place.
    private double[] allowed(GoldenCase golden, List<Tensor> operands, Tensor expected) {
        double[] values = expected.toDoubleArray();
        double[] allowed = new double[values.length];
        double ulps = oracle.accuracy().functionUlps() + 4;
        if (golden.isSpecial()) {
            Arrays.setAll(allowed, i -> ulps * Bound.ulp(expected.dtype(), values[i]));
        } else {
            double size = Math.max(1, largest(expected));
            for (Tensor operand : operands) {
                size = Math.max(size, largest(operand));
            }
            double mixed =
                    golden.options().op().equals("conv2d") && expected.dtype() == DType.F32
                            ? 4
                                    * oracle.accuracy()
                                            .convolution() // the sum of magnitudes is larger than
                            // the result
                            : 0;
            Arrays.fill(allowed, size * Math.max(mixed, 64 * Bound.unit(expected.dtype())));
            addRoundedFactors(golden, operands, expected, allowed);
        }
        return allowed;
    }

    /// What the device rounds off the factors of products, by the sums of their magnitudes.
    private void addRoundedFactors(
            GoldenCase golden, List<Tensor> operands, Tensor expected, double[] allowed) {
        double error = oracle.productError(expected);
        if (error == 0 || !PRODUCTS.contains(golden.options().op())) {
            return;
        }
        double[] magnitudes =
                Device.use(
                        oracle.reference(),
                        () ->
                                golden.compute(
                                                operands.stream()
                                                        .map(x -> x.to(oracle.reference()).abs())
                                                        .toList())
                                        .getFirst()
                                        .toDoubleArray());
        Arrays.setAll(allowed, i -> allowed[i] + error * magnitudes[i]);
    }

    private static double largest(Tensor x) {
        double[] values = x.toDoubleArray();
        return Arrays.stream(values).filter(Double::isFinite).map(Math::abs).max().orElse(0);
    }
}
