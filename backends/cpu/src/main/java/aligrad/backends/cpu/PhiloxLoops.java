package aligrad.backends.cpu;

import aligrad.tensor.Philox;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Uniform random numbers of [Philox], one block of the generator in each lane.
final class PhiloxLoops {

    private static final VectorSpecies<Long> S = Species.I64;
    private static final int LANES = S.length();

    /// Numbers that a round of the loop makes: four words of each block.
    private static final int ROUND = 4 * LANES;

    private static final long WORD = 0xffff_ffffL;

    /// Of pairs of words `a₀ a₁ …` and `b₀ b₁ …` the first vector of `a₀ b₀ a₁ b₁ …`, and the
    /// second.
    private static final VectorShuffle<Long> FIRST =
            VectorShuffle.fromOp(S, i -> i / 2 + i % 2 * LANES);

    private static final VectorShuffle<Long> SECOND =
            VectorShuffle.fromOp(S, i -> (LANES + i) / 2 + i % 2 * LANES);

    private static final ColdLoop UNIFORM =
            new ColdLoop((m, turn) -> blocks(turn, turn, turn, 3, m));

    private PhiloxLoops() {}

    /// The numbers `first` to `first + count - 1` of a call, as [Philox#uniformFloat] has them.
    static void uniform(long key, long call, long first, int count, long to) {
        int head = (int) Math.min(-first & 3, count); // up to the first whole block
        int rounds = (count - head) / ROUND;
        plain(key, call, first, head, to);
        long at = to + 4L * head;
        if (rounds > 0) {
            if (UNIFORM.isCold()) {
                long started = System.nanoTime();
                plain(key, call, first + head, rounds * ROUND, at);
                UNIFORM.ranSince(started);
            } else {
                blocks(key, call, (first + head) / 4, rounds, at);
            }
        }
        int done = head + rounds * ROUND;
        plain(key, call, first + done, count - done, to + 4L * done);
    }

    private static void plain(long key, long call, long first, int count, long to) {
        for (int i = 0; i < count; i++) {
            Lanes.putF32(to + 4L * i, Philox.uniformFloat(key, call, first + i));
        }
    }

    /// Lanes are words in the low halves of longs, so that their products are whole.
    private static void blocks(long key, long call, long block, int rounds, long to) {
        LongVector lane = LongVector.zero(S).addIndex(1);
        LongVector m0 = LongVector.broadcast(S, Philox.M0 & WORD);
        LongVector m1 = LongVector.broadcast(S, Philox.M1 & WORD);
        for (int round = 0; round < rounds; round++) {
            LongVector counter = lane.add(block + (long) round * LANES);
            LongVector c0 = counter.and(WORD);
            LongVector c1 = counter.lanewise(VectorOperators.LSHR, 32);
            LongVector c2 = LongVector.broadcast(S, call & WORD);
            LongVector c3 = LongVector.broadcast(S, call >>> 32);
            int k0 = (int) key;
            int k1 = (int) (key >>> 32);
            for (int i = 0; i < Philox.ROUNDS; i++) {
                LongVector p0 = c0.mul(m0);
                LongVector p1 = c2.mul(m1);
                c0 =
                        p1.lanewise(VectorOperators.LSHR, 32)
                                .lanewise(VectorOperators.XOR, c1)
                                .lanewise(VectorOperators.XOR, k0 & WORD);
                c2 =
                        p0.lanewise(VectorOperators.LSHR, 32)
                                .lanewise(VectorOperators.XOR, c3)
                                .lanewise(VectorOperators.XOR, k1 & WORD);
                c1 = p1.and(WORD);
                c3 = p0.and(WORD);
                k0 += Philox.W0;
                k1 += Philox.W1;
            }
            LongVector a = c0.or(c1.lanewise(VectorOperators.LSHL, 32));
            LongVector b = c2.or(c3.lanewise(VectorOperators.LSHL, 32));
            long at = to + 4L * round * ROUND;
            store(a.rearrange(FIRST, b), at);
            store(a.rearrange(SECOND, b), at + 4L * Species.LANES_32);
        }
    }

    /// Words as numbers in [0, 1).
    private static void store(LongVector words, long to) {
        IntVector bits = words.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8);
        FloatVector numbers = (FloatVector) bits.convert(VectorOperators.I2F, 0);
        Lanes.store(numbers.mul(0x1p-24f), to);
    }
}
