package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Reductions;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.util.List;
import java.util.function.UnaryOperator;

class ReductionDerivativesTest {

    record Case(String name, UnaryOperator<Tensor> f) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Case> CASES =
            List.of(
                    new Case("sum", x -> x.sum()),
                    new Case("sum along one axis", x -> x.sum(1)),
                    new Case("sum along two axes, kept", x -> x.sumKeep(0, 2)),
                    new Case("mean", x -> x.mean(-1)),
                    new Case("prod", x -> x.prod()),
                    new Case("prod along one axis", x -> x.prod(1)),
                    new Case("prod along two axes", x -> x.prod(0, 2)),
                    new Case("max", x -> x.max()),
                    new Case("max along one axis", x -> x.max(0)),
                    new Case("max, kept", x -> x.maxKeep(0, 2)),
                    new Case("min", x -> x.min(1, 2)),
                    new Case("variance", x -> x.variance(1, 0, 1)),
                    new Case("deviation", x -> x.std(0, 2)),
                    new Case("norm", x -> x.norm(1)),
                    new Case("squared norm", x -> x.squaredNorm()),
                    new Case(
                            "several sums at once",
                            x -> {
                                List<Tensor> xs = List.of(x, x.square(), x.exp());
                                List<Tensor> s = Reductions.sumsKeep(xs, 0, 2);
                                return s.get(0).mul(s.get(1)).add(s.get(2));
                            }),
                    new Case("logSumExp", x -> x.logSumExp(0, 2)),
                    new Case("softmax", x -> x.softmax(1)),
                    new Case("softmax along the last axis", x -> x.softmax(-1)),
                    new Case("logSoftmax", x -> x.logSoftmax(1)),
                    new Case("logSoftmax along the first axis", x -> x.logSoftmax(0)));

    @ParameterizedTest
    @FieldSource("CASES")
    void agreesWithDifferences(Case c) {
        Tensor x = Values.distinct(1, 2, 3, 2);
        GradientCheck.first(t -> c.f.apply(t[0]), x);
        GradientCheck.second(t -> c.f.apply(t[0]), x);
        GradientCheck.second(t -> c.f.apply(t[0].mul(t[1])), x, Values.between(0.9, 1.1, 2, 3, 1));
    }

    @Test
    void extremesShareTheGradientAmongTies() {
        Tensor x = Tensor.of(new double[] {3, 1, 3, 2, 2, 1}, 2, 3).track();
        assertThat(Gradients.of(x.max(1).sum()).wrt(x).toDoubleArray())
                .containsExactly(0.5, 0, 0.5, 0.5, 0.5, 0);
        assertThat(Gradients.of(x.min().mul(6)).wrt(x).toDoubleArray())
                .containsExactly(0, 3, 0, 0, 0, 3);
    }

    @Test
    void productWithZerosHasItsGradient() {
        // The product of the others: with one zero only the zero's own gradient is not 0.
        Tensor x = Tensor.of(new double[] {2, 0, 5, 0, 3, 0}, 2, 3).track();
        assertThat(Gradients.of(x.prod(1).sum()).wrt(x).toDoubleArray())
                .containsExactly(0, 10, 0, 0, 0, 0);
        GradientCheck.second(t -> t[0].prod(1), x.detach());
    }

    @Test
    void squaredNormOfFloatsHasAGradientOfFloats() {
        Tensor x = Tensor.of(new float[] {1, -2}).track();
        Tensor g = Gradients.of(x.squaredNorm()).wrt(x);
        assertThat(g.dtype()).isEqualTo(DType.F32);
        assertThat(g.toFloatArray()).containsExactly(2, -4);
    }

    @Test
    void reductionsOfASingleNumberWork() {
        GradientCheck.first(t -> t[0].sum().add(t[0].max()).add(t[0].prod()), Values.signed(1));
    }

    @Test
    void reductionsOverNothingHaveAnEmptyGradient() {
        Tensor x = Tensor.of(new double[0], 0, 3).track();
        assertThat(Gradients.of(x.sum()).wrt(x).size()).isZero();
        assertThat(Gradients.of(x.prod()).wrt(x).size()).isZero();
    }
}
