package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;

class PrintingTest {

    @Test
    void showsSingleNumbersAndRowsOnOneLine() {
        assertThat(Tensor.scalar(1.5f)).hasToString("F32 []  1.5000");
        assertThat(Tensor.scalar(-2.0)).hasToString("F64 []  -2");
        assertThat(Tensor.of(new int[] {1, -20, 300}, 3)).hasToString("I32 [3]  [  1, -20, 300]");
        assertThat(Tensor.of(new byte[] {-1, 0}, 2)).hasToString("U8 [2]  [255,   0]");
        assertThat(Tensor.of(new boolean[] {true, false}, 2))
                .hasToString("BOOL [2]  [ true, false]");
    }

    @Test
    void alignsColumns() {
        assertThat(Tensor.of(new float[] {1, 2.5f, -30, 4}, 2, 2))
                .hasToString(
                        """
                        F32 [2, 2]
                        [[  1.0000,   2.5000],
                         [-30.0000,   4.0000]]\
                        """);
    }

    @Test
    void nestsBrackets() {
        assertThat(Tensor.range(8).reshape(2, 2, 2))
                .hasToString(
                        """
                        I64 [2, 2, 2]
                        [[[0, 1],
                          [2, 3]],
                         [[4, 5],
                          [6, 7]]]\
                        """);
    }

    @Test
    void leavesDecimalsOutWhereAllAreWhole() {
        assertThat(Tensor.of(new float[] {1, 2, 3}, 3)).hasToString("F32 [3]  [1, 2, 3]");
        assertThat(Tensor.of(new float[] {1, 2, 3.25f}, 3))
                .hasToString("F32 [3]  [1.0000, 2.0000, 3.2500]");
    }

    @Test
    void takesAnExponentWhereDecimalsWouldHideNumbers() {
        assertThat(Tensor.of(new float[] {1e-6f, 1}, 2))
                .hasToString("F32 [2]  [1.0000e-06, 1.0000e+00]");
        assertThat(Tensor.of(new double[] {2e9, 1}, 2))
                .hasToString("F64 [2]  [2.0000e+09, 1.0000e+00]");
        assertThat(Tensor.of(new float[] {0, 0.001f}, 2)).hasToString("F32 [2]  [0.0000, 0.0010]");
    }

    @Test
    void showsWhatIsNoNumber() {
        float infinity = Float.POSITIVE_INFINITY;
        assertThat(Tensor.of(new float[] {1.5f, Float.NaN, infinity, -infinity}, 4))
                .hasToString("F32 [4]  [1.5000,    NaN,      ∞,     -∞]");
    }

    @Test
    void showsWholeNumbersExactly() {
        assertThat(Tensor.of(new long[] {Long.MAX_VALUE, 1}, 2))
                .hasToString("I64 [2]  [9223372036854775807,                   1]");
    }

    @Test
    void showsOnlyTheShapeOfNothing() {
        assertThat(Tensor.zeros(2, 0)).hasToString("F32 [2, 0]");
    }

    @Test
    void saysThatATensorIsTracked() {
        assertThat(Tensor.scalar(3f).track()).hasToString("F32 [] tracked  3");
    }

    @Test
    void breaksLongRows() {
        assertThat(Tensor.range(40).add(100))
                .hasToString(
                        """
                        I64 [40]
                        [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119,
                         120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139]\
                        """);
    }

    @Test
    void leavesOutTheMiddleOfLongAxes() {
        assertThat(Tensor.range(1001))
                .hasToString("I64 [1001]  [   0,    1,    2, …,  998,  999, 1000]");
        assertThat(Tensor.range(2000).reshape(500, 4).mul(-1))
                .hasToString(
                        """
                        I64 [500, 4]
                        [[    0,    -1,    -2,    -3],
                         [   -4,    -5,    -6,    -7],
                         [   -8,    -9,   -10,   -11],
                         …,
                         [-1988, -1989, -1990, -1991],
                         [-1992, -1993, -1994, -1995],
                         [-1996, -1997, -1998, -1999]]\
                        """);
    }

    @Test
    void choosesTheFormatFromWhatIsShown() {
        Tensor x = Tensor.zeros(2000).add(Tensor.range(2000).eq(1000).to(DType.F32).mul(1e20));
        assertThat(x).hasToString("F32 [2000]  [0, 0, 0, …, 0, 0, 0]");
    }

    @Test
    void showsViewsAndPendingTensors() {
        Tensor x = Tensor.range(6).reshape(2, 3);
        assertThat(x.transpose().add(1))
                .hasToString(
                        """
                        I64 [3, 2]
                        [[1, 4],
                         [2, 5],
                         [3, 6]]\
                        """);
    }

    @Test
    void showsSmallNumbersWithAnExponent() {
        assertThat(Tensor.of(new double[] {2e-6, -3e-7, 4.5e-6}))
                .hasToString("F64 [3]  [ 2.0000e-06, -3.0000e-07,  4.5000e-06]");
        assertThat(Tensor.of(new double[] {1e-10, 0}))
                .hasToString("F64 [2]  [1.0000e-10, 0.0000e+00]");
        assertThat(Tensor.of(new double[] {0.25, -0.001}))
                .hasToString("F64 [2]  [ 0.2500, -0.0010]");
    }

    @Test
    void isNotSeenByObservers() {
        AtomicInteger made = new AtomicInteger();
        Tensor x = Tensor.zeros(2000);
        String text =
                Recording.observed(
                        (op, result) -> {
                            made.incrementAndGet();
                            assertThat(result.toString()).startsWith("F32 [");
                        },
                        () -> x.add(1).toString());
        assertThat(text).isEqualTo("F32 [2000]  [1, 1, 1, …, 1, 1, 1]");
        assertThat(made).hasValue(2); // the constant is a tensor too
    }
}
