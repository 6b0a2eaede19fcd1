package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Transposes 16 by 16 blocks of 32-bit elements in registers.
///
/// Four passes; the pass with distance `d` exchanges the off-diagonal quarters of every 2d x 2d
/// block: a pair of rows `i`, `i + d` becomes their even and their odd runs of `d` lanes. 64
/// two-source permutations for 256 elements, where element by element it takes 256 loads and 256
/// stores.
final class Transpose16 {

    private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_512;

    private static final int[] LOW8 = low(8);
    private static final int[] LOW4 = low(4);
    private static final int[] LOW2 = low(2);
    private static final int[] LOW1 = low(1);
    private static final int[] HIGH8 = high(8);
    private static final int[] HIGH4 = high(4);
    private static final int[] HIGH2 = high(2);
    private static final int[] HIGH1 = high(1);

    private Transpose16() {}

    /// Which lanes of the pair (0 to 15 the first row, 16 to 31 the second) make the new first row.
    private static int[] low(int d) {
        int[] lanes = new int[16];
        for (int lane = 0; lane < 16; lane++) {
            lanes[lane] = (lane & d) == 0 ? lane : 16 + lane - d;
        }
        return lanes;
    }

    /// Which lanes of the pair make the new second row.
    private static int[] high(int d) {
        int[] lanes = new int[16];
        for (int lane = 0; lane < 16; lane++) {
            lanes[lane] = (lane & d) == 0 ? lane + d : 16 + lane;
        }
        return lanes;
    }

    /// `target[j][i] = source[i][j]` for 16 by 16 elements. Of the source only `rows` rows (1 to
    /// 16) are read, each 16 elements wide; the target's lanes behind them are undefined, but
    /// written.
    static void block(int rows, long source, long sourceRow, long target, long targetRow) {
        if (Lanes.CHECKED) {
            Lanes.check(source, rows, sourceRow, 64);
            Lanes.check(target, 16, targetRow, 64);
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
        IntVector r6 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(6, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r7 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(7, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r8 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(8, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r9 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(9, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r10 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(10, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r11 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(11, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r12 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(12, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r13 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(13, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r14 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(14, last) * sourceRow) & ADDRESS, ORDER);
        IntVector r15 =
                IntVector.fromMemorySegment(
                        I32, MEMORY, (source + Math.min(15, last) * sourceRow) & ADDRESS, ORDER);
        IntVector low8 = IntVector.fromArray(I32, LOW8, 0);
        IntVector high8 = IntVector.fromArray(I32, HIGH8, 0);
        IntVector s0 = low8.selectFrom(r0, r8);
        IntVector s1 = low8.selectFrom(r1, r9);
        IntVector s2 = low8.selectFrom(r2, r10);
        IntVector s3 = low8.selectFrom(r3, r11);
        IntVector s4 = low8.selectFrom(r4, r12);
        IntVector s5 = low8.selectFrom(r5, r13);
        IntVector s6 = low8.selectFrom(r6, r14);
        IntVector s7 = low8.selectFrom(r7, r15);
        IntVector s8 = high8.selectFrom(r0, r8);
        IntVector s9 = high8.selectFrom(r1, r9);
        IntVector s10 = high8.selectFrom(r2, r10);
        IntVector s11 = high8.selectFrom(r3, r11);
        IntVector s12 = high8.selectFrom(r4, r12);
        IntVector s13 = high8.selectFrom(r5, r13);
        IntVector s14 = high8.selectFrom(r6, r14);
        IntVector s15 = high8.selectFrom(r7, r15);
        IntVector low4 = IntVector.fromArray(I32, LOW4, 0);
        IntVector high4 = IntVector.fromArray(I32, HIGH4, 0);
        IntVector t0 = low4.selectFrom(s0, s4);
        IntVector t1 = low4.selectFrom(s1, s5);
        IntVector t2 = low4.selectFrom(s2, s6);
        IntVector t3 = low4.selectFrom(s3, s7);
        IntVector t4 = high4.selectFrom(s0, s4);
        IntVector t5 = high4.selectFrom(s1, s5);
        IntVector t6 = high4.selectFrom(s2, s6);
        IntVector t7 = high4.selectFrom(s3, s7);
        IntVector t8 = low4.selectFrom(s8, s12);
        IntVector t9 = low4.selectFrom(s9, s13);
        IntVector t10 = low4.selectFrom(s10, s14);
        IntVector t11 = low4.selectFrom(s11, s15);
        IntVector t12 = high4.selectFrom(s8, s12);
        IntVector t13 = high4.selectFrom(s9, s13);
        IntVector t14 = high4.selectFrom(s10, s14);
        IntVector t15 = high4.selectFrom(s11, s15);
        IntVector low2 = IntVector.fromArray(I32, LOW2, 0);
        IntVector high2 = IntVector.fromArray(I32, HIGH2, 0);
        IntVector u0 = low2.selectFrom(t0, t2);
        IntVector u1 = low2.selectFrom(t1, t3);
        IntVector u2 = high2.selectFrom(t0, t2);
        IntVector u3 = high2.selectFrom(t1, t3);
        IntVector u4 = low2.selectFrom(t4, t6);
        IntVector u5 = low2.selectFrom(t5, t7);
        IntVector u6 = high2.selectFrom(t4, t6);
        IntVector u7 = high2.selectFrom(t5, t7);
        IntVector u8 = low2.selectFrom(t8, t10);
        IntVector u9 = low2.selectFrom(t9, t11);
        IntVector u10 = high2.selectFrom(t8, t10);
        IntVector u11 = high2.selectFrom(t9, t11);
        IntVector u12 = low2.selectFrom(t12, t14);
        IntVector u13 = low2.selectFrom(t13, t15);
        IntVector u14 = high2.selectFrom(t12, t14);
        IntVector u15 = high2.selectFrom(t13, t15);
        IntVector low1 = IntVector.fromArray(I32, LOW1, 0);
        IntVector high1 = IntVector.fromArray(I32, HIGH1, 0);
        IntVector v0 = low1.selectFrom(u0, u1);
        IntVector v1 = high1.selectFrom(u0, u1);
        IntVector v2 = low1.selectFrom(u2, u3);
        IntVector v3 = high1.selectFrom(u2, u3);
        IntVector v4 = low1.selectFrom(u4, u5);
        IntVector v5 = high1.selectFrom(u4, u5);
        IntVector v6 = low1.selectFrom(u6, u7);
        IntVector v7 = high1.selectFrom(u6, u7);
        IntVector v8 = low1.selectFrom(u8, u9);
        IntVector v9 = high1.selectFrom(u8, u9);
        IntVector v10 = low1.selectFrom(u10, u11);
        IntVector v11 = high1.selectFrom(u10, u11);
        IntVector v12 = low1.selectFrom(u12, u13);
        IntVector v13 = high1.selectFrom(u12, u13);
        IntVector v14 = low1.selectFrom(u14, u15);
        IntVector v15 = high1.selectFrom(u14, u15);
        v0.intoMemorySegment(MEMORY, (target + 0 * targetRow) & ADDRESS, ORDER);
        v1.intoMemorySegment(MEMORY, (target + 1 * targetRow) & ADDRESS, ORDER);
        v2.intoMemorySegment(MEMORY, (target + 2 * targetRow) & ADDRESS, ORDER);
        v3.intoMemorySegment(MEMORY, (target + 3 * targetRow) & ADDRESS, ORDER);
        v4.intoMemorySegment(MEMORY, (target + 4 * targetRow) & ADDRESS, ORDER);
        v5.intoMemorySegment(MEMORY, (target + 5 * targetRow) & ADDRESS, ORDER);
        v6.intoMemorySegment(MEMORY, (target + 6 * targetRow) & ADDRESS, ORDER);
        v7.intoMemorySegment(MEMORY, (target + 7 * targetRow) & ADDRESS, ORDER);
        v8.intoMemorySegment(MEMORY, (target + 8 * targetRow) & ADDRESS, ORDER);
        v9.intoMemorySegment(MEMORY, (target + 9 * targetRow) & ADDRESS, ORDER);
        v10.intoMemorySegment(MEMORY, (target + 10 * targetRow) & ADDRESS, ORDER);
        v11.intoMemorySegment(MEMORY, (target + 11 * targetRow) & ADDRESS, ORDER);
        v12.intoMemorySegment(MEMORY, (target + 12 * targetRow) & ADDRESS, ORDER);
        v13.intoMemorySegment(MEMORY, (target + 13 * targetRow) & ADDRESS, ORDER);
        v14.intoMemorySegment(MEMORY, (target + 14 * targetRow) & ADDRESS, ORDER);
        v15.intoMemorySegment(MEMORY, (target + 15 * targetRow) & ADDRESS, ORDER);
    }
}
