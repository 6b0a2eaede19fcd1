package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpeciesTest {

    @Test
    void takesTheWidestVectorUpTo512Bits() {
        assertThat(Species.width(null, 128)).isEqualTo(128);
        assertThat(Species.width(null, 512)).isEqualTo(512);
        assertThat(Species.width(null, 2048)).isEqualTo(512);
    }

    @Test
    void takesTheForcedWidth() {
        assertThat(Species.width("256", 512)).isEqualTo(256);
        assertThat(Species.width("128", 128)).isEqualTo(128);
    }

    @Test
    void rejectsAnotherWidth() {
        assertThatThrownBy(() -> Species.width("384", 512))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("aligrad.cpu.vector.bits=384");
    }

    @Test
    void rejectsAWidthThatTheMachineLacks() {
        assertThatThrownBy(() -> Species.width("512", 256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("256 bits");
    }

    @Test
    void describesTheSpecies() {
        assertThat(Species.F32.length()).isEqualTo(Species.LANES_32);
        assertThat(Species.I32.length()).isEqualTo(Species.LANES_32);
        assertThat(Species.F64.length()).isEqualTo(Species.LANES_64);
        assertThat(Species.I64.length()).isEqualTo(Species.LANES_64);
        assertThat(Species.F32.vectorBitSize()).isEqualTo(Species.BITS);
    }
}
