package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class IndexingDerivativesTest {

    private final Tensor table = Values.distinct(1, 4, 3);

    @Test
    void gatherAddsTheGradientsOfRepeatedIndices() {
        Tensor index = Tensor.of(new long[] {2, 0, 2, 3}, 2, 2);
        Tensor x = table.track();
        Tensor g = Gradients.of(x.gather(0, index).sum()).wrt(x);
        assertThat(g.toDoubleArray()).containsExactly(1, 1, 1, 0, 0, 0, 2, 2, 2, 1, 1, 1);
        GradientCheck.first(t -> t[0].gather(0, index), table);
        GradientCheck.second(t -> t[0].gather(0, index).square(), table);
    }

    @Test
    void gatherAlongAnyAxisAgreesWithDifferences() {
        Tensor index = Tensor.of(new int[] {1, 1, 0, 2, 2}, 5);
        GradientCheck.first(t -> t[0].gather(1, index), table);
        GradientCheck.second(t -> t[0].square().gather(-1, index), table);
        GradientCheck.first(t -> t[0].gather(1, Tensor.of(new long[] {2})), table);
    }

    @Test
    void indicesAreInputsWithoutADerivative() {
        Tensor index = Tensor.of(new long[] {2, 0, 2});
        GradientCheck.first(t -> t[0].gather(0, t[1]).square(), table, index);
    }

    @Test
    void gatherAddAgreesWithDifferences() {
        Tensor index = Tensor.of(new long[] {2, 0, 2, 1}, 2, 2);
        Tensor source = Values.signed(2, 2, 2, 3);
        GradientCheck.first(t -> t[0].gatherAdd(0, index, 4), source);
        GradientCheck.second(t -> t[0].gatherAdd(0, index, 4).square(), source);
    }

    @Test
    void takeAlongAndPutAlongAgreeWithDifferences() {
        Tensor index = Tensor.of(new long[] {2, 0, 2, 1, 1, 1, 0, 2}, 4, 2);
        Tensor source = Values.signed(2, 4, 2);
        GradientCheck.first(t -> t[0].takeAlong(1, index), table);
        GradientCheck.second(t -> t[0].takeAlong(1, index).square(), table);
        GradientCheck.first(t -> t[0].putAlongAdd(1, index, 3), source);
        GradientCheck.second(t -> t[0].putAlongAdd(1, index, 5).square(), source);
    }

    @Test
    void sortingSendsTheGradientToWhereEachElementCameFrom() {
        GradientCheck.first(t -> t[0].sort(1, true), table);
        GradientCheck.second(t -> t[0].sort(0, false).square(), table);
        GradientCheck.first(t -> t[0].topK(2, 1).values(), table);
    }

    @Test
    void positionsAreUntracked() {
        Tensor x = table.track();
        assertThat(x.argmax(1).isTracked()).isFalse();
        assertThat(x.argsort(1, false).isTracked()).isFalse();
        assertThat(x.topK(2, 1).indices().isTracked()).isFalse();
    }
}
