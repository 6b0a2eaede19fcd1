package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DTypeTest {

    @Test
    void wholeNumberTypesHoldWholeNumbersOfTheirRange() {
        assertThat(DType.I32.holds(0x1p31 - 1)).isTrue();
        assertThat(DType.I32.holds(-0x1p31)).isTrue();
        assertThat(DType.I32.holds(0x1p31)).isFalse();
        assertThat(DType.I64.holds(-0x1p63)).isTrue();
        assertThat(DType.I64.holds(0x1p63)).isFalse();
        assertThat(DType.U8.holds(255)).isTrue();
        assertThat(DType.U8.holds(256)).isFalse();
        assertThat(DType.U8.holds(-1)).isFalse();
        assertThat(DType.BOOL.holds(1)).isTrue();
        assertThat(DType.BOOL.holds(2)).isFalse();
    }

    @Test
    void onlyFloatingTypesHoldFractionsAndWhatIsNoNumber() {
        for (DType type : DType.values()) {
            for (double value : new double[] {0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
                assertThat(type.holds(value)).isEqualTo(type.isFloating());
            }
            assertThat(type.holds(-0.0)).isTrue();
        }
    }
}
