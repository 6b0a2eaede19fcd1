package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Interleaves six rows of 16 elements of 32 bits in registers: the six of a column lie one behind
/// the other, as a panel of a matrix product has them.
///
/// Two passes: rows in pairs, then the three pairs of a column. 18 two-source permutations for 96
/// elements.
final class Interleave6 {

    /// Elements of a row.
    static final int COLUMNS = 16;

    private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_512;

    // Lanes 0 to 15 are those of the first source, 16 to 31 those of the second.
    private static final int[] LOW = pairs(0);
    private static final int[] HIGH = pairs(8);

    /// By a third of the columns: places of the first two pairs; the third pair's are filled later.
    private static final int[][] FIRST_TWO = {places(0, false), places(1, false), places(2, false)};

    private static final int[][] THIRD = {places(0, true), places(1, true), places(2, true)};

    private Interleave6() {}

    private static int[] pairs(int first) {
        int[] lanes = new int[16];
        for (int lane = 0; lane < 16; lane++) {
            lanes[lane] = first + lane / 2 + lane % 2 * 16;
        }
        return lanes;
    }

    private static int[] places(int third, boolean last) {
        int[] lanes = new int[16];
        for (int lane = 0; lane < 16; lane++) {
            int unit = (16 * third + lane) / 2;
            int pair = unit % 3;
            int inPair = unit / 3 * 2 + lane % 2;
            lanes[lane] =
                    last ? (pair == 2 ? 16 + inPair : lane) : pair == 1 ? 16 + inPair : inPair;
        }
        return lanes;
    }

    /// `target[6 j + i] = source[i][j]` for 6 by 16 elements. Of the source only `rows` rows (1 to
    /// 6) are read; what stands for the others is undefined, but written.
    static void block(int rows, long source, long sourceRow, long target) {
        if (Lanes.CHECKED) {
            Lanes.check(source, rows, sourceRow, 64);
            Lanes.check(target, 6 * 64);
        }
        int last = rows - 1;
        IntVector r0 = IntVector.fromMemorySegment(I32, MEMORY, (source) & ADDRESS, ORDER);
        IntVector r1 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(1, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r2 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(2, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r3 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(3, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r4 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(4, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r5 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(5, last) * sourceRow) & ADDRESS, ORDER);
        IntVector low = IntVector.fromArray(I32, LOW, 0);
        IntVector high = IntVector.fromArray(I32, HIGH, 0);
        IntVector low0 = low.selectFrom(r0, r1);
        IntVector low1 = low.selectFrom(r2, r3);
        IntVector low2 = low.selectFrom(r4, r5);
        IntVector high0 = high.selectFrom(r0, r1);
        IntVector high1 = high.selectFrom(r2, r3);
        IntVector high2 = high.selectFrom(r4, r5);
        IntVector first0 = IntVector.fromArray(I32, FIRST_TWO[0], 0);
        IntVector third0 = IntVector.fromArray(I32, THIRD[0], 0);
        IntVector first1 = IntVector.fromArray(I32, FIRST_TWO[1], 0);
        IntVector third1 = IntVector.fromArray(I32, THIRD[1], 0);
        IntVector first2 = IntVector.fromArray(I32, FIRST_TWO[2], 0);
        IntVector third2 = IntVector.fromArray(I32, THIRD[2], 0);
        third0.selectFrom(first0.selectFrom(low0, low1), low2)
                .intoMemorySegment(MEMORY, (target) & ADDRESS, ORDER);
        third1.selectFrom(first1.selectFrom(low0, low1), low2)
                .intoMemorySegment(MEMORY, (target + 64) & ADDRESS, ORDER);
        third2.selectFrom(first2.selectFrom(low0, low1), low2)
                .intoMemorySegment(MEMORY, (target + 128) & ADDRESS, ORDER);
        third0.selectFrom(first0.selectFrom(high0, high1), high2)
                .intoMemorySegment(MEMORY, (target + 192) & ADDRESS, ORDER);
        third1.selectFrom(first1.selectFrom(high0, high1), high2)
                .intoMemorySegment(MEMORY, (target + 256) & ADDRESS, ORDER);
        third2.selectFrom(first2.selectFrom(high0, high1), high2)
                .intoMemorySegment(MEMORY, (target + 320) & ADDRESS, ORDER);
    }
}
