package aligrad.backends.opencl.driver;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jocl.CLException;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A kernel and its arguments: some buffers and then, in one structure, some numbers of 8 bytes.
///
/// ```java
/// kernel.begin().buffer(x).buffer(y).number(n).launch(n);
/// ```
///
/// ```c
/// typedef struct { long n; } P;
/// kernel void twice(global const float* x, global float* y, const P p) {
///     const long i = get_global_id(0);
///     if (i < p.n) y[i] = 2 * x[i];          // there may be more work-items than asked for
/// }
/// ```
///
/// All numbers are one argument, and what did not change is not set again.
public final class Kernel {

    /// The most numbers that a kernel takes as an argument; drivers allow at least 1024 bytes of
    /// arguments, buffers included. One that may have more is made for the number that it has, and
    /// takes a buffer of them, `global const P*`, where there are more, see [#beginMany].
    public static final int MOST_NUMBERS = 80;

    private static final int MOST_BUFFERS = 100;
    private static final int MOST_NUMBERS_IN_A_BUFFER = 1024;

    /// Work-items of a group, where the kernel does not ask for a number of its own.
    private static final int GROUP = 64;

    private final Session session;
    private final String name;
    private final DirectCalls calls;
    private final Buffer[] buffers = new Buffer[MOST_BUFFERS];
    private final @Nullable Buffer[] set = new @Nullable Buffer[MOST_BUFFERS];
    private final long[] numbers = new long[MOST_NUMBERS_IN_A_BUFFER];
    private @Nullable Buffer many;
    private boolean takesMany;
    private final MemorySegment block = Arena.ofAuto().allocate(JAVA_LONG, MOST_NUMBERS);
    private final long[] global = new long[3];
    private final long[] local = new long[3];
    private int bufferCount;
    private int numberCount;
    private int numbersSet = -1;
    private long launches;

    Kernel(Session session, String name, cl_kernel handle) {
        this.session = session;
        this.name = name;
        this.calls = new DirectCalls(handle);
    }

    /// Starts a list of arguments, with at most [#MOST_NUMBERS] numbers.
    public Kernel begin() {
        session.requireLock();
        bufferCount = 0;
        numberCount = 0;
        takesMany = false;
        return this;
    }

    /// Starts a list of arguments for a kernel that takes any number of numbers.
    public Kernel beginMany() {
        begin();
        takesMany = true;
        return this;
    }

    /// The next buffer.
    public Kernel buffer(Buffer buffer) {
        if (buffer.session() != session) {
            throw new IllegalArgumentException(
                    this + ": buffer " + bufferCount + " belongs to another device");
        }
        buffers[bufferCount++] = buffer;
        return this;
    }

    /// The next number.
    public Kernel number(long value) {
        numbers[numberCount++] = value;
        return this;
    }

    /// The next number, which the kernel takes as `as_double(p.NAME)`, or as a member of type
    /// `double`.
    public Kernel number(double value) {
        return number(Double.doubleToRawLongBits(value));
    }

    /// Runs at least `items` work-items, in groups of 64.
    public void launch(long items) {
        launch(items, 1, 1, GROUP, 1, 1);
    }

    /// Runs at least so many work-items along each dimension, in groups of such extents. Does
    /// nothing where there is no work.
    public void launch(long x, long y, long z, int groupX, int groupY, int groupZ) {
        if (x == 0 || y == 0 || z == 0) {
            return;
        }
        setArguments();
        global[0] = roundedUp(x, groupX);
        global[1] = roundedUp(y, groupY);
        global[2] = roundedUp(z, groupZ);
        local[0] = groupX;
        local[1] = groupY;
        local[2] = groupZ;
        launches++;
        session.launch(this, global[2] > 1 ? 3 : global[1] > 1 ? 2 : 1, global, local);
        // A buffer that nothing else holds must be able to go.
        Arrays.fill(buffers, 0, bufferCount, null);
    }

    private static long roundedUp(long n, int multiple) {
        return Math.ceilDiv(n, multiple) * multiple;
    }

    private void setArguments() {
        try {
            for (int i = 0; i < bufferCount; i++) {
                cl_mem argument = buffers[i].handle();
                if (set[i] != buffers[i]) {
                    calls.buffer(i, argument);
                    set[i] = buffers[i];
                }
            }
            if (numberCount > MOST_NUMBERS) {
                if (!takesMany) { // the driver would read them as an address
                    throw new IllegalStateException(
                            "%s takes at most %d numbers, not %d"
                                    .formatted(this, MOST_NUMBERS, numberCount));
                }
                setMany();
            } else if (numberCount > 0 && changed()) {
                calls.bytes(bufferCount, block, 8L * numberCount);
            }
        } catch (CLException e) {
            throw new DriverException(
                    "arguments of %s (%d buffers, %d numbers)"
                            .formatted(this, bufferCount, numberCount),
                    e);
        }
    }

    /// The numbers in a buffer. The write waits for the last launch that reads it.
    private void setMany() {
        if (many == null) {
            many = session.allocate(8 * MOST_NUMBERS_IN_A_BUFFER);
            calls.buffer(bufferCount, many.handle());
        }
        MemorySegment all = MemorySegment.ofArray(numbers).asSlice(0, 8L * numberCount);
        session.write(all, many, 0);
    }

    /// Whether the block differs from the numbers; then it no longer does.
    private boolean changed() {
        boolean changed = numbersSet != numberCount;
        for (int i = 0; i < numberCount; i++) {
            if (changed || block.getAtIndex(JAVA_LONG, i) != numbers[i]) {
                block.setAtIndex(JAVA_LONG, i, numbers[i]);
                changed = true;
            }
        }
        numbersSet = numberCount;
        return changed;
    }

    String name() {
        return name;
    }

    /// How often it was launched.
    long launches() {
        return launches;
    }

    DirectCalls calls() {
        return calls;
    }

    @Override
    public String toString() {
        return "kernel '" + name + "'";
    }
}
