package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The known answers of the authors' own library, Random123 (`kat_vectors`, philox4x32 10).
class PhiloxTest {

    @Test
    void allZeros() {
        assertThat(block(0, 0, 0)).isEqualTo("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
    }

    @Test
    void allOnes() {
        assertThat(block(-1, -1, -1)).isEqualTo("408f276d 41c83b0e a20bc7c6 6d5451fd");
    }

    /// Counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0: the low word comes
    /// first.
    @Test
    void digitsOfPi() {
        long block = 0x85a308d3_243f6a88L;
        long call = 0x03707344_13198a2eL;
        long key = 0x299f31d0_a4093822L;
        assertThat(block(key, call, block)).isEqualTo("d16cfe09 94fdcceb 5001e420 24126ea1");
    }

    private static String block(long key, long call, long block) {
        long first = Philox.half(key, call, block, 0);
        long second = Philox.half(key, call, block, 1);
        return "%08x %08x %08x %08x"
                .formatted((int) (first >>> 32), (int) first, (int) (second >>> 32), (int) second);
    }

    @Test
    void wordsFollowEachOtherThroughTheBlocks() {
        String words = "";
        for (int i = 0; i < 4; i++) {
            words += "%08x ".formatted(Philox.word(0, 0, i));
        }
        assertThat(words).isEqualTo("6627e8d5 e169c58d bc57ac4c 9b00dbd8 ");
        assertThat(Philox.word(7, 3, 4 * 5 + 2)).isEqualTo((int) (Philox.half(7, 3, 5, 1) >>> 32));
    }

    @Test
    void floatsAreTheHigh24BitsOfAWord() {
        assertThat(Philox.uniformFloat(0, 0, 0)).isEqualTo(0x6627e8 * 0x1p-24f);
        assertThat(Philox.uniformFloat(0, 0, 3)).isEqualTo(0x9b00db * 0x1p-24f);
    }

    @Test
    void doublesAreTheHigh53BitsOfTwoWords() {
        assertThat(Philox.uniformDouble(0, 0, 0)).isEqualTo((0x6627e8d5e169c58dL >>> 11) * 0x1p-53);
        assertThat(Philox.uniformDouble(0, 0, 1)).isEqualTo((0xbc57ac4c9b00dbd8L >>> 11) * 0x1p-53);
        assertThat(Philox.uniformDouble(0, 0, 2))
                .isEqualTo((Philox.half(0, 0, 1, 0) >>> 11) * 0x1p-53);
    }
}
