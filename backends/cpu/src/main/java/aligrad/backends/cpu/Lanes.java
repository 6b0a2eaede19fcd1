package aligrad.backends.cpu;

import aligrad.tensor.spi.HostMemory;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Loads and stores at absolute addresses, as vectors and as numbers.
///
/// All of them go through one segment that spans the address space. Its bounds check cannot fail
/// but costs a third of a register tile's speed, unless the compiler can see that the address is
/// not negative: hence every address is masked with [#ADDRESS] first, and the check disappears.
///
/// **In a large tile** (more than about twelve accumulators) do not call the methods here: past a
/// number of nodes the compiler inlines only what the JDK forces it to, and then every vector is an
/// object on the heap (20 GFLOP/s instead of 220). There write
/// `FloatVector.fromMemorySegment(Species.F32, MEMORY, (a & ADDRESS) + 64, ORDER)`, mask each
/// pointer once in an iteration, add constants after the mask, and call [#check] for the tile's
/// whole range when [#CHECKED].
final class Lanes {

    /// Whether each access is compared with the live allocations first
    /// (`-Daligrad.cpu.checked=true`); free when off.
    static final boolean CHECKED = HostMemory.CHECKED;

    /// All of memory, indexed by absolute address.
    static final MemorySegment MEMORY = everything();

    /// Vectors keep their lanes in this order in memory.
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /// Mask of the bits that the address of a process's memory can have; changes no valid address.
    static final long ADDRESS = (1L << 56) - 1;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Lanes() {}

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /// Fails unless `[address, address + bytes)` lies in a live allocation or its slack.
    static void check(long address, long bytes) {
        HostMemory.check(address, bytes);
    }

    /// Checks the corners of a strided block: `rows` rows of `rowBytes` contiguous bytes, `stride`
    /// bytes apart (which may be 0 or negative).
    static void check(long address, long rows, long stride, long rowBytes) {
        if (rows > 0 && rowBytes > 0) {
            check(address, rowBytes);
            check(address + (rows - 1) * stride, rowBytes);
        }
    }

    static FloatVector loadF32(long address) {
        if (CHECKED) {
            check(address, Species.F32.vectorByteSize());
        }
        return FloatVector.fromMemorySegment(Species.F32, MEMORY, address & ADDRESS, ORDER);
    }

    static DoubleVector loadF64(long address) {
        if (CHECKED) {
            check(address, Species.F64.vectorByteSize());
        }
        return DoubleVector.fromMemorySegment(Species.F64, MEMORY, address & ADDRESS, ORDER);
    }

    static void store(FloatVector v, long address) {
        if (CHECKED) {
            check(address, v.byteSize());
        }
        v.intoMemorySegment(MEMORY, address & ADDRESS, ORDER);
    }

    static void store(DoubleVector v, long address) {
        if (CHECKED) {
            check(address, v.byteSize());
        }
        v.intoMemorySegment(MEMORY, address & ADDRESS, ORDER);
    }

    /// Stores the first `count` lanes, `0 <= count <= length`.
    static void store(FloatVector v, long address, int count) {
        if (count == Species.LANES_32) {
            store(v, address);
        } else if (Species.BITS == 512) {
            if (CHECKED && count > 0) {
                check(address, 4L * count);
            }
            v.intoMemorySegment(MEMORY, address & ADDRESS, ORDER, first(count));
        } else { // not every machine with shorter vectors has masked stores
            for (int lane = 0; lane < count; lane++) {
                putF32(address + 4L * lane, v.lane(lane));
            }
        }
    }

    /// Stores the first `count` lanes, `0 <= count <= length`.
    static void store(DoubleVector v, long address, int count) {
        if (count == Species.LANES_64) {
            store(v, address);
        } else if (Species.BITS == 512) {
            if (CHECKED && count > 0) {
                check(address, 8L * count);
            }
            v.intoMemorySegment(
                    MEMORY,
                    address & ADDRESS,
                    ORDER,
                    VectorMask.fromLong(Species.F64, mask(count)));
        } else {
            for (int lane = 0; lane < count; lane++) {
                putF64(address + 8L * lane, v.lane(lane));
            }
        }
    }

    /// The mask of the first `count` lanes.
    static VectorMask<Float> first(int count) {
        return VectorMask.fromLong(Species.F32, mask(count));
    }

    private static long mask(int count) {
        return (1L << count) - 1;
    }

    static float f32(long address) {
        if (CHECKED) {
            check(address, Float.BYTES);
        }
        return MEMORY.get(FLOAT, address & ADDRESS);
    }

    static void putF32(long address, float value) {
        if (CHECKED) {
            check(address, Float.BYTES);
        }
        MEMORY.set(FLOAT, address & ADDRESS, value);
    }

    static double f64(long address) {
        if (CHECKED) {
            check(address, Double.BYTES);
        }
        return MEMORY.get(DOUBLE, address & ADDRESS);
    }

    static void putF64(long address, double value) {
        if (CHECKED) {
            check(address, Double.BYTES);
        }
        MEMORY.set(DOUBLE, address & ADDRESS, value);
    }

    static int i32(long address) {
        if (CHECKED) {
            check(address, Integer.BYTES);
        }
        return MEMORY.get(INT, address & ADDRESS);
    }

    static void putI32(long address, int value) {
        if (CHECKED) {
            check(address, Integer.BYTES);
        }
        MEMORY.set(INT, address & ADDRESS, value);
    }

    static long i64(long address) {
        if (CHECKED) {
            check(address, Long.BYTES);
        }
        return MEMORY.get(LONG, address & ADDRESS);
    }

    static void putI64(long address, long value) {
        if (CHECKED) {
            check(address, Long.BYTES);
        }
        MEMORY.set(LONG, address & ADDRESS, value);
    }

    static byte i8(long address) {
        if (CHECKED) {
            check(address, Byte.BYTES);
        }
        return MEMORY.get(BYTE, address & ADDRESS);
    }

    static void putI8(long address, byte value) {
        if (CHECKED) {
            check(address, Byte.BYTES);
        }
        MEMORY.set(BYTE, address & ADDRESS, value);
    }
}
