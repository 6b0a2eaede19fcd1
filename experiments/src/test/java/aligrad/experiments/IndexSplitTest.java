package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/// The values are those of NumPy's legacy generator: `r = numpy.random.RandomState(1234); p =
/// r.permutation(n)[:sum(sizes)]; r.shuffle(p)`.
class IndexSplitTest {

    @Test
    void drawsWhatTheMersenneTwisterDraws() {
        MersenneTwister generator = new MersenneTwister(1234);
        long[] drawn = new long[5];
        Arrays.setAll(drawn, i -> generator.draw() & 0xffffffffL);
        assertThat(drawn)
                .containsExactly(822569775L, 2137449171L, 2671936806L, 3512589365L, 1880026316L);
    }

    @Test
    void cutsTenPlaces() {
        List<int[]> pieces = IndexSplit.of(10, 6, 4);
        assertThat(pieces.get(0)).containsExactly(5, 1, 8, 2, 0, 6);
        assertThat(pieces.get(1)).containsExactly(7, 9, 4, 3);
    }

    @Test
    void cutsCifarAsThePaperDoes() {
        List<int[]> pieces = IndexSplit.of(50_000, 45_000, 5_000);
        assertThat(pieces.get(0)).startsWith(20259, 48853, 20844, 2463, 34804);
        assertThat(pieces.get(0)).endsWith(9126, 8845, 19235);
        assertThat(crc(pieces.get(0))).isEqualTo(0x6ce92809L);
        assertThat(pieces.get(1)).startsWith(13042, 6109, 46700, 44455, 20481);
        assertThat(crc(pieces.get(1))).isEqualTo(0x1a40a650L);
    }

    @Test
    void cutsSvhnAsThePaperDoes() {
        List<int[]> pieces = IndexSplit.of(73_257, 67_257, 6_000);
        assertThat(crc(pieces.get(0))).isEqualTo(0x4af5b090L);
        assertThat(crc(pieces.get(1))).isEqualTo(0x0ef8acc0L);
    }

    @Test
    void leavesOutWhatNoPieceNeeds() {
        assertThat(crc(IndexSplit.of(1300, 50).getFirst())).isEqualTo(0x36b5abfeL);
        assertThat(IndexSplit.of(3, 0, 2).get(0)).isEmpty();
    }

    @Test
    void rejectsMoreThanThereIs() {
        assertThatThrownBy(() -> IndexSplit.of(10, 6, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("split of 10 places into pieces of [6, 5]");
        assertThatThrownBy(() -> IndexSplit.of(10, 6, -1)).hasMessageContaining("[6, -1]");
    }

    /// Of the places as little-endian `int`s.
    private static long crc(int[] places) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * places.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(places);
        CRC32 crc = new CRC32();
        crc.update(bytes.array());
        return crc.getValue();
    }
}
