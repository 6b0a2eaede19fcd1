package aligrad.backends.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

/// The vector shapes of all kernels, decided once.
///
/// The widest of 512, 256 and 128 bits that the machine prefers; `-Daligrad.cpu.vector.bits=256`
/// forces another, so that one machine can test every width that it has.
final class Species {

    private static final String PROPERTY = "aligrad.cpu.vector.bits";

    /// The width of a vector in bits: 512, 256 or 128.
    static final int BITS =
            width(System.getProperty(PROPERTY), VectorShape.preferredShape().vectorBitSize());

    private static final VectorShape SHAPE = VectorShape.forBitSize(BITS);

    static final VectorSpecies<Float> F32 = FloatVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Integer> I32 = IntVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Long> I64 = LongVector.SPECIES_128.withShape(SHAPE);

    /// Lanes of an [#F32] or [#I32] vector.
    static final int LANES_32 = BITS / Integer.SIZE;

    /// Lanes of an [#F64] or [#I64] vector.
    static final int LANES_64 = BITS / Long.SIZE;

    /// Vector registers that a kernel may count on: AVX-512 and 64-bit ARM have 32, AVX2 and SSE
    /// have 16.
    static final int REGISTERS =
            BITS == 512 || System.getProperty("os.arch").equals("aarch64") ? 32 : 16;

    private Species() {}

    /// The width to use, given the property's text (`null` when unset) and the machine's widest
    /// vector.
    ///
    /// @throws IllegalArgumentException for another width than the three, or one the machine lacks
    static int width(@Nullable String forced, int widest) {
        if (forced == null) {
            return Math.clamp(Integer.highestOneBit(widest), 128, 512);
        }
        int bits =
                switch (forced) {
                    case "512" -> 512;
                    case "256" -> 256;
                    case "128" -> 128;
                    default ->
                            throw new IllegalArgumentException(
                                    "%s=%s: must be 512, 256 or 128; leave it out for the machine's own"
                                            .formatted(PROPERTY, forced));
                };
        if (bits > Math.max(widest, 128)) {
            throw new IllegalArgumentException(
                    "%s=%s: this machine's widest vector has %d bits; choose at most that, or leave it out"
                            .formatted(PROPERTY, forced, widest));
        }
        return bits;
    }
}
