package aligrad.backends.cpu;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// What compiled kernels do besides arithmetic: reading, storing, joining.
///
/// Nothing here hands a vector or a mask to another method of ours: in a large kernel the compiler
/// stops inlining those, and a vector that such a call might get is an object, made in each round
/// of the loop even if the call is in the branch for the ragged end.
///
/// The reductions written in Java ([ReduceLoops]) use the same steps in the same order, so a
/// reduction has the same bits whichever runs it.
final class KernelSteps {

    /// As many bytes as a vector has lanes, or 8 where that would be fewer.
    static final VectorSpecies<Byte> BYTES =
            Species.LANES_32 == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    static final long VECTOR_BYTES = 4L * Species.LANES_32;

    private KernelSteps() {}

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(
                Species.F32, Lanes.MEMORY, address & Lanes.ADDRESS, Lanes.ORDER);
    }

    static FloatVector broadcast(long address) {
        return FloatVector.broadcast(Species.F32, Lanes.f32(address));
    }

    /// Bytes of 0 or 1 as 0 or 1.
    static FloatVector loadBool(long address) {
        ByteVector bytes =
                ByteVector.fromMemorySegment(
                        BYTES, Lanes.MEMORY, address & Lanes.ADDRESS, Lanes.ORDER);
        return (FloatVector) bytes.convertShape(VectorOperators.B2F, Species.F32, 0);
    }

    static FloatVector broadcastBool(long address) {
        return FloatVector.broadcast(Species.F32, (float) Lanes.i8(address));
    }

    /// Stores the first `left` lanes, or all if that is more.
    static void store(FloatVector v, long address, int left) {
        if (left >= Species.LANES_32) {
            v.intoMemorySegment(Lanes.MEMORY, address & Lanes.ADDRESS, Lanes.ORDER);
        } else {
            v.intoMemorySegment(
                    Lanes.MEMORY,
                    address & Lanes.ADDRESS,
                    Lanes.ORDER,
                    VectorMask.fromLong(Species.F32, (1L << left) - 1));
        }
    }

    /// Stores 0 and 1 as bytes.
    static void storeBool(FloatVector v, long address) {
        if (Species.LANES_32 == BYTES.length()) {
            ByteVector bytes = (ByteVector) v.convertShape(VectorOperators.F2B, BYTES, 0);
            bytes.intoMemorySegment(Lanes.MEMORY, address & Lanes.ADDRESS, Lanes.ORDER);
        } else {
            long bits = v.compare(VectorOperators.NE, 0f).toLong();
            for (int i = 0; i < Species.LANES_32; i++) {
                Lanes.putI8(address + i, (byte) (bits >>> i & 1));
            }
        }
    }

    /// This thread's room for the last vector of a row, which a kernel does not store in part.
    static long aside(long bytes) {
        return Scratch.address(Scratch.Use.ROW_END, bytes);
    }

    /// Copies the first `left` lanes.
    static void end(long aside, long address, int left) {
        FloatVector.fromMemorySegment(Species.F32, Lanes.MEMORY, aside & Lanes.ADDRESS, Lanes.ORDER)
                .intoMemorySegment(
                        Lanes.MEMORY,
                        address & Lanes.ADDRESS,
                        Lanes.ORDER,
                        VectorMask.fromLong(Species.F32, (1L << left) - 1));
    }

    /// Copies the first `left` bytes.
    static void endBool(long aside, long address, int left) {
        for (int i = 0; i < left; i++) {
            Lanes.putI8(address + i, Lanes.i8(aside + i));
        }
    }

    static void store(FloatVector v, long address) {
        v.intoMemorySegment(Lanes.MEMORY, address & Lanes.ADDRESS, Lanes.ORDER);
    }

    static FloatVector joinSum(FloatVector joined, FloatVector v) {
        return joined.add(v);
    }

    static FloatVector joinProd(FloatVector joined, FloatVector v) {
        return joined.mul(v);
    }

    static FloatVector joinMax(FloatVector joined, FloatVector v) {
        return joined.max(v);
    }

    static FloatVector joinMin(FloatVector joined, FloatVector v) {
        return joined.min(v);
    }

    static FloatVector joinSum(FloatVector joined, FloatVector v, int left) {
        return left >= Species.LANES_32
                ? joined.add(v)
                : joined.add(v, VectorMask.fromLong(Species.F32, (1L << left) - 1));
    }

    static FloatVector joinProd(FloatVector joined, FloatVector v, int left) {
        return left >= Species.LANES_32
                ? joined.mul(v)
                : joined.mul(v, VectorMask.fromLong(Species.F32, (1L << left) - 1));
    }

    static FloatVector joinMax(FloatVector joined, FloatVector v, int left) {
        return left >= Species.LANES_32
                ? joined.max(v)
                : joined.lanewise(
                        VectorOperators.MAX, v, VectorMask.fromLong(Species.F32, (1L << left) - 1));
    }

    static FloatVector joinMin(FloatVector joined, FloatVector v, int left) {
        return left >= Species.LANES_32
                ? joined.min(v)
                : joined.lanewise(
                        VectorOperators.MIN, v, VectorMask.fromLong(Species.F32, (1L << left) - 1));
    }
}
