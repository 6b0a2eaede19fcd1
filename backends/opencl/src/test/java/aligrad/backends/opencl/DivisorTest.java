package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Random;

class DivisorTest {

    /// Around every multiple a quotient changes, so that is where a wrong multiplier shows.
    @Test
    void dividesAsTheProcessorDoes() {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            int d =
                    i < 2_000
                            ? i + 1
                            : 1 + random.nextInt(Integer.MAX_VALUE >>> random.nextInt(31));
            int multiple = random.nextInt(Integer.MAX_VALUE) / d * d;
            check(0, d);
            check(Math.max(0, multiple - 1), d);
            check(multiple, d);
            check(Integer.MAX_VALUE / d * d, d);
            check(Math.max(0, Integer.MAX_VALUE / d * d - 1), d);
            check(Integer.MAX_VALUE, d);
        }
        check(Integer.MAX_VALUE, Integer.MAX_VALUE);
        check(Integer.MAX_VALUE - 1, Integer.MAX_VALUE);
    }

    /// As `divided` in `product.cl`: the product fits in 64 bits without a sign.
    private static void check(int x, int d) {
        Divisor divisor = Divisor.of(d);
        assertThat(x * divisor.multiplier() >>> divisor.shift())
                .as("%d / %d", x, d)
                .isEqualTo(x / d);
    }
}
