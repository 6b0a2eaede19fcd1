package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScanDerivativesTest {

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "1, false", "1, true", "2, true"})
    void recurrenceAgreesWithDifferences(int axis, boolean reverse) {
        Tensor a = Values.signed(1, 3, 4, 2);
        Tensor b = Values.signed(2, 3, 4, 2);
        GradientCheck.first(x -> x[0].recurrence(x[1], axis, reverse), a, b);
        GradientCheck.first(x -> x[0].recurrence(b, axis, reverse), a);
        GradientCheck.first(x -> a.recurrence(x[0], axis, reverse), b);
    }

    @Test
    void secondDerivativesOfTheRecurrenceAgreeWithDifferences() {
        Tensor a = Values.signed(1, 2, 3);
        Tensor b = Values.signed(2, 2, 3);
        for (boolean reverse : new boolean[] {false, true}) {
            GradientCheck.second(x -> x[0].recurrence(x[1], 1, reverse), a, b);
        }
    }

    @Test
    void factorsThatBroadcastAgreeWithDifferences() {
        Tensor b = Values.signed(2, 2, 3);
        GradientCheck.first(x -> x[0].recurrence(x[1], 1, false), Values.signed(1), b);
        GradientCheck.first(x -> x[0].recurrence(x[1], 1, true), Values.signed(1, 2, 1), b);
        GradientCheck.first(x -> x[0].recurrence(x[1], 1, false), Values.signed(1, 3), b);
        GradientCheck.second(x -> x[0].recurrence(x[1], 1, false), Values.signed(1), b);
    }

    @Test
    void runningSumsAgreeWithDifferences() {
        Tensor x = Values.signed(1, 2, 4);
        GradientCheck.first(t -> t[0].cumsum(1), x);
        GradientCheck.first(t -> t[0].cumsumExclusive(0), x);
        GradientCheck.second(t -> t[0].square().cumsum(-1).square(), x);
    }

    @Test
    void runningProductsAgreeWithDifferencesAlsoAtZeros() {
        for (Tensor x :
                new Tensor[] {
                    Values.signed(1, 2, 4),
                    Tensor.of(new double[] {2, 0, 3, 4, 0, 5, 0, 6}, 2, 4),
                    Tensor.of(new double[] {0, 0, 0, 7}, 1, 4)
                }) {
            GradientCheck.first(t -> t[0].cumprod(1), x);
            GradientCheck.first(t -> t[0].cumprodExclusive(1), x);
            GradientCheck.second(t -> t[0].cumprod(1), x);
            GradientCheck.second(t -> t[0].cumprodExclusive(1), x);
        }
    }

    @Test
    void runningProductWithAZeroHasTheGradientWorkedOutByHand() {
        // y = (2, 0, 0): dΣy/dx0 = 1 + x1 + x1·x2 = 1, dx1 = x0 + x0·x2 = 8, dx2 = x0·x1 = 0.
        Tensor x = Tensor.of(new double[] {2, 0, 3}).track();
        assertThat(Gradients.of(x.cumprod(0).sum()).wrt(x).toDoubleArray())
                .containsExactly(1, 8, 0);
    }

    @Test
    void axesOfOneElementWork() {
        GradientCheck.first(
                x -> x[0].recurrence(x[1], 1, false),
                Values.signed(1, 2, 1),
                Values.signed(2, 2, 1));
        GradientCheck.first(x -> x[0].cumprodExclusive(1), Values.signed(1, 2, 1));
    }
}
