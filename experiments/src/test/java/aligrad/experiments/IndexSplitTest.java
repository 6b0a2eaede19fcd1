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
        assertThat(crc(pieces.get(0))).isEqualTo(0x94c65412L);
        assertThat(crc(pieces.get(1))).isEqualTo(0x1a1428a5L);
    }

    @Test
    void cutsCifarAsThePaperDoes() {
        List<int[]> pieces = IndexSplit.of(50_000, 45_000, 5_000);
        assertThat(pieces.get(0))
                .startsWith(20259, 48853, 20844, 2463, 34804, 44796, 39328, 35922, 42705, 35977);
        assertThat(pieces.get(0)).endsWith(9126, 8845, 19235);
        assertThat(Arrays.stream(pieces.get(0)).asLongStream().sum()).isEqualTo(1125037282);
        assertThat(crc(pieces.get(0))).isEqualTo(0x6ce92809L);
        assertThat(pieces.get(1))
                .startsWith(13042, 6109, 46700, 44455, 20481, 41984, 2194, 17984, 5301, 645);
        assertThat(pieces.get(1)).endsWith(25401, 45902, 38005);
        assertThat(Arrays.stream(pieces.get(1)).asLongStream().sum()).isEqualTo(124937718);
        assertThat(crc(pieces.get(1))).isEqualTo(0x1a40a650L);
    }

    @Test
    void cutsSvhnAsThePaperDoes() {
        List<int[]> pieces = IndexSplit.of(73_257, 67_257, 6_000);
        assertThat(pieces.get(0))
                .startsWith(20306, 44716, 26077, 44755, 54984, 9013, 50605, 36137, 29319, 48195);
        assertThat(pieces.get(0)).endsWith(20959, 526, 13602);
        assertThat(Arrays.stream(pieces.get(0)).asLongStream().sum()).isEqualTo(2465753508L);
        assertThat(crc(pieces.get(0))).isEqualTo(0x4af5b090L);
        assertThat(pieces.get(1))
                .startsWith(59806, 15649, 70780, 3021, 59580, 35796, 37340, 30141, 67210, 12085);
        assertThat(pieces.get(1)).endsWith(2061, 53631, 59191);
        assertThat(Arrays.stream(pieces.get(1)).asLongStream().sum()).isEqualTo(217503888);
        assertThat(crc(pieces.get(1))).isEqualTo(0x0ef8acc0L);
    }

    @Test
    void leavesOutWhatNoPieceNeeds() {
        int[] ofClass = IndexSplit.of(1300, 50).getFirst();
        assertThat(ofClass).startsWith(951, 1297, 868, 1116, 237, 523, 646, 351, 776, 316);
        assertThat(crc(ofClass)).isEqualTo(0x36b5abfeL);
        assertThat(IndexSplit.seeded(1234, 1300, 50).getFirst()).isEqualTo(ofClass);
        assertThat(IndexSplit.seeded(1235, 1300, 50).getFirst()).isNotEqualTo(ofClass);
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
