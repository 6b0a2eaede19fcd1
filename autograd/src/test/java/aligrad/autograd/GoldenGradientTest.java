package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Stream;

/// First and second derivatives against those of PyTorch.
class GoldenGradientTest {

    /// Both sides compute in double, and differ in the order of sums only.
    private static final double TOLERANCE = 1e-11;

    static Stream<GoldenCase> differentiable() {
        return Stream.of(
                        "pointwise",
                        "reductions",
                        "scan",
                        "movement",
                        "indexing",
                        "contractions",
                        "convolution",
                        "pooling",
                        "normalization",
                        "second_derivatives")
                .flatMap(GoldenCase::of)
                .filter(c -> c.has("cotangent") || c.has("cotangent0"));
    }

    @ParameterizedTest
    @MethodSource("differentiable")
    void resultsAndGradientsEqualThoseOfPyTorch(GoldenCase c) {
        Tensor[] x = inputs(c);
        List<Tensor> y = GoldenOps.apply(c, x);
        List<Tensor> expected = c.tensors("output");
        for (int i = 0; i < expected.size(); i++) {
            assertClose("output" + i, y.get(i), expected.get(i));
        }
        Tensor sum = weighted(c, y);
        if (!sum.isTracked()) { // rounding, whose gradient PyTorch calls 0
            assertThat(c.tensor("grad0").ne(0).any().item()).isZero();
            return;
        }
        Gradients g = Gradients.of(sum);
        for (int i = 0; i < x.length; i++) {
            if (c.has("grad" + i)) {
                assertClose("grad" + i, gradient(g, x[i]), c.tensor("grad" + i));
            }
        }
    }

    static Stream<GoldenCase> twiceDifferentiable() {
        return GoldenCase.of("second_derivatives");
    }

    @ParameterizedTest
    @MethodSource("twiceDifferentiable")
    void hessianVectorProductsEqualThoseOfPyTorch(GoldenCase c) {
        Tensor[] x = inputs(c);
        Gradients first = Gradients.recorded(weighted(c, GoldenOps.apply(c, x)));
        Tensor slope = Tensor.full(0, DType.F64);
        for (int i = 0; i < x.length; i++) {
            if (c.has("v" + i)) {
                slope = slope.add(first.wrt(x[i]).dot(c.tensor("v" + i)));
            }
        }
        assertThat(c.has("hvp0")).isTrue();
        boolean isConstant = !slope.isTracked(); // that of relu
        for (int i = 0; i < x.length; i++) {
            if (c.has("hvp" + i)) {
                Tensor hvp = isConstant ? x[i].mul(0) : gradient(Gradients.of(slope), x[i]);
                assertClose("hvp" + i, hvp, c.tensor("hvp" + i));
            }
        }
    }

    private static Tensor[] inputs(GoldenCase c) {
        return c.tensors("input").stream()
                .map(t -> t.dtype() == DType.F64 ? t.track() : t)
                .toArray(Tensor[]::new);
    }

    /// `Σ output·cotangent` over all outputs that have one.
    private static Tensor weighted(GoldenCase c, List<Tensor> y) {
        List<Tensor> cotangents = c.tensors("cotangent");
        Tensor sum = Tensor.full(0, DType.F64);
        for (int i = 0; i < cotangents.size(); i++) {
            sum = sum.add(y.get(i).dot(cotangents.get(i)));
        }
        return sum;
    }

    private static Tensor gradient(Gradients g, Tensor leaf) {
        return g.find(leaf).orElseGet(() -> leaf.detach().mul(0));
    }

    private static void assertClose(String what, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            double allowed = TOLERANCE * Math.max(1, Math.abs(e[i]));
            assertThat(a[i] == e[i] || Math.abs(a[i] - e[i]) <= allowed)
                    .as("%s[%d]: %s instead of %s", what, i, a[i], e[i])
                    .isTrue();
        }
    }
}
