package aligrad.tensor;

import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.Layout;
import aligrad.tensor.spi.OpObserver;
import aligrad.tensor.spi.Storage;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/// An immutable array of numbers with any number of axes, on a device.
///
/// Every operation is a method that returns a new tensor; the vocabulary is in the interfaces
/// [Elementwise], [Reductions], [Movements], [Selections], [Contractions], [Images] and [Scans].
/// Shapes and types are checked when the operation is written. Shapes broadcast: axes are aligned
/// at the end, and extents of 1 stretch.
///
/// Results of pointwise operations stay *pending* until their numbers are needed, and are then
/// computed together in one kernel; nobody can see that except a clock. Memory needs no care
/// either, see [Scope].
///
/// ```java
/// Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
/// System.out.println(x.mul(2).sum(1));             // F32 [2]  [12, 30]
/// ```
public final class Tensor
        implements Elementwise, Reductions, Movements, Selections, Contractions, Images, Scans {

    private static long made;

    private final long id = made++;
    private final Shape shape;
    private final DType dtype;
    private final Device device;
    private final @Nullable Variable variable;
    private boolean tracked;
    private @Nullable Scope scope;
    private @Nullable Op op;
    private @Nullable Layout layout;
    private volatile @Nullable Storage storage;
    private int overwrites;
    private int weight;
    private int uses;

    private Tensor(
            Shape shape,
            DType dtype,
            Device device,
            boolean tracked,
            @Nullable Scope scope,
            @Nullable Op op,
            @Nullable Variable variable) {
        this.shape = shape;
        this.dtype = dtype;
        this.device = device;
        this.tracked = tracked;
        this.scope = scope;
        this.op = op;
        this.variable = variable;
    }

    /// `F32` numbers, row-major, of shape `[extents]`; without extents as many as there are.
    public static Tensor of(float[] values, int... extents) {
        return of(MemorySegment.ofArray(values), DType.F32, shapeOf(values.length, extents));
    }

    /// `F64` numbers, row-major, of shape `[extents]`; without extents as many as there are.
    public static Tensor of(double[] values, int... extents) {
        return of(MemorySegment.ofArray(values), DType.F64, shapeOf(values.length, extents));
    }

    /// `I32` numbers, row-major, of shape `[extents]`; without extents as many as there are.
    public static Tensor of(int[] values, int... extents) {
        return of(MemorySegment.ofArray(values), DType.I32, shapeOf(values.length, extents));
    }

    /// `I64` numbers, row-major, of shape `[extents]`; without extents as many as there are.
    public static Tensor of(long[] values, int... extents) {
        return of(MemorySegment.ofArray(values), DType.I64, shapeOf(values.length, extents));
    }

    /// `U8` numbers (bytes read as 0 to 255), row-major, of shape `[extents]`.
    public static Tensor of(byte[] values, int... extents) {
        return of(MemorySegment.ofArray(values), DType.U8, shapeOf(values.length, extents));
    }

    /// `BOOL`s, row-major, of shape `[extents]`; without extents as many as there are.
    public static Tensor of(boolean[] values, int... extents) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return of(MemorySegment.ofArray(bytes), DType.BOOL, shapeOf(values.length, extents));
    }

    /// Elements copied from raw memory: little-endian, row-major.
    ///
    /// @throws IllegalArgumentException if the size in bytes is not that of the shape
    public static Tensor of(MemorySegment values, DType dtype, Shape shape) {
        if (values.byteSize() != shape.size() * dtype.bytes()) {
            throw new IllegalArgumentException(
                    "tensor of %s %s: it takes %d bytes, but there are %d"
                            .formatted(
                                    dtype, shape, shape.size() * dtype.bytes(), values.byteSize()));
        }
        Context context = Context.current();
        Tensor t = new Tensor(shape, dtype, Device.current(), false, context.scope(), null, null);
        Storage to = t.allocate("data", context);
        t.device.backend().upload(values, to, 0);
        t.layout = shape.contiguous();
        t.storage = to;
        return t;
    }

    /// Elements read from a stream: little-endian, row-major. They go where they stay piece by
    /// piece, without a copy of the whole on the heap.
    ///
    /// @throws EOFException if the stream ends before the last element
    public static Tensor read(InputStream in, DType dtype, Shape shape) throws IOException {
        Context context = Context.current();
        Tensor t = new Tensor(shape, dtype, Device.current(), false, context.scope(), null, null);
        Storage to = t.allocate("data", context);
        long size = shape.size() * dtype.bytes();
        byte[] piece = new byte[(int) Math.min(size, 1 << 16)];
        for (long done = 0; done < size; done += piece.length) {
            int wanted = (int) Math.min(piece.length, size - done);
            int got = in.readNBytes(piece, 0, wanted);
            if (got < wanted) {
                throw new EOFException(
                        "tensor of %s %s: the stream ends after %d of %d bytes"
                                .formatted(dtype, shape, done + got, size));
            }
            t.device.backend().upload(MemorySegment.ofArray(piece).asSlice(0, wanted), to, done);
        }
        t.layout = shape.contiguous();
        t.storage = to;
        return t;
    }

    /// The result of an operation of your own.
    public static Tensor of(Custom op) {
        return make(op);
    }

    /// A single `F32` number.
    public static Tensor scalar(float value) {
        return full(value, DType.F32);
    }

    /// A single `F64` number.
    public static Tensor scalar(double value) {
        return full(value, DType.F64);
    }

    /// `F32` zeros.
    public static Tensor zeros(int... extents) {
        return full(0, DType.F32, extents);
    }

    /// `F32` ones.
    public static Tensor ones(int... extents) {
        return full(1, DType.F32, extents);
    }

    /// The same number everywhere.
    public static Tensor full(double value, DType dtype, int... extents) {
        return fill(value, dtype, Shape.of(extents), Device.current());
    }

    /// The whole numbers 0, 1, …, n-1 as `I64`.
    public static Tensor range(int n) {
        long[] values = new long[(int) Shape.of(n).size()];
        Arrays.setAll(values, i -> i);
        return of(values, n);
    }

    /// The identity matrix of n rows, `F32`.
    public static Tensor eye(int n) {
        Tensor i = range(n);
        return i.unsqueeze(1).eq(i).to(DType.F32);
    }

    /// A number everywhere, on this tensor's device.
    static Tensor fill(double value, DType dtype, Shape shape, Device device) {
        if (!dtype.holds(value)) {
            throw new ShapeException(
                    "the number %s with %s: that type cannot hold it; cast the tensor first, with to(DType.F32)"
                            .formatted(value, dtype));
        }
        return make(new Pointwise.Fill(value, shape, dtype), device);
    }

    private static Shape shapeOf(int length, int[] extents) {
        Shape shape = extents.length == 0 && length != 1 ? Shape.of(length) : Shape.of(extents);
        if (shape.size() != length) {
            throw new ShapeException(
                    "tensor of shape %s from %d values: the shape holds %d"
                            .formatted(shape, length, shape.size()));
        }
        return shape;
    }

    /// The tensor that an operation computes: pending, a view, or computed at once.
    static Tensor make(Op op) {
        return make(op, op.arity() > 0 ? op.input(0).device : Device.current());
    }

    static Tensor make(Op op, Device device) {
        Context context = Context.current();
        DType dtype = op.dtype();
        boolean tracked = false;
        int arity = op.arity();
        int weight = 1;
        for (int i = 0; i < arity; i++) {
            Tensor input = op.input(i);
            tracked |= input.tracked;
            if (input.device != device && !(op instanceof Transfer)) {
                throw new IllegalArgumentException(
                        "%s on %s and %s: inputs must be on one device; move one with to(Device)"
                                .formatted(op.name(), device, input.device));
            }
            if (input.storage == null) {
                weight += input.weight;
            }
        }
        tracked &= context.recording() && dtype.isFloating();
        Tensor result = new Tensor(op.shape(), dtype, device, tracked, context.scope(), op, null);
        if (op instanceof Computation computation) {
            result.compute(computation, context);
        } else if (op instanceof Pointwise) {
            result.weight = Expression.limit(op, weight);
        }
        OpObserver observer = context.observer();
        if (observer != null) {
            observer.made(op, result);
        }
        return result;
    }

    /// The value of a variable as a tensor of its own.
    static Tensor leaf(
            Variable variable,
            Shape shape,
            DType dtype,
            Device device,
            boolean tracked,
            @Nullable Scope scope,
            Storage storage) {
        Tensor t = new Tensor(shape, dtype, device, tracked, scope, null, variable);
        t.store(storage, shape.contiguous());
        return t;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    /// The extent along an axis; -1 is the last.
    public int extent(int axis) {
        return shape.extent(axis);
    }

    /// The number of elements.
    public long size() {
        return shape.size();
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public Device device() {
        return device;
    }

    /// Whether a gradient may be asked for it, or through it.
    public boolean isTracked() {
        return tracked;
    }

    /// The operation that computed it; empty for data, and for untracked results once computed.
    public @Nullable Op op() {
        return op;
    }

    /// A number that spreads tensors over a table better and sooner than the identity hash code.
    /// Two threads may give the same number, because counting exactly would cost more than it is
    /// worth.
    public long id() {
        return id;
    }

    /// The parameter or buffer whose value it is, if it is one's.
    public @Nullable Variable variable() {
        return variable;
    }

    /// The same numbers as a new tracked leaf, of which a gradient can be asked.
    ///
    /// @throws IllegalArgumentException if the type is not `F32` or `F64`
    public Tensor track() {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException(
                    "track " + dtype + ": a gradient needs F32 or F64; cast with to(DType)");
        }
        Tensor t = alias();
        t.tracked = true;
        return t;
    }

    /// The same numbers without a history: no gradient flows through.
    public Tensor detach() {
        return tracked ? alias() : this;
    }

    private Tensor alias() {
        Storage s = storage();
        Tensor t = new Tensor(shape, dtype, device, false, Context.current().scope(), null, null);
        t.store(s, layout());
        return t;
    }

    /// Computes the elements now, if they are pending, and returns this tensor.
    ///
    /// Never needed for a right result, since whoever reads the elements computes them. It pays for
    /// what a loop carries from step to step: each step is then made of the same few kernels,
    /// instead of expressions that reach back over a varying number of steps.
    ///
    /// ```java
    /// state = state.mul(decay).add(input).evaluate();
    /// ```
    ///
    /// @throws IllegalStateException if the scope in which it was made has ended
    public Tensor evaluate() {
        storage();
        return this;
    }

    /// The only element.
    ///
    /// @throws ShapeException if there is not exactly one
    public double item() {
        if (shape.size() != 1) {
            throw new ShapeException(
                    "item of %s: it has %d elements, not one; reduce it, or use toDoubleArray()"
                            .formatted(shape, shape.size()));
        }
        Storage s = storage();
        return device.backend().read(s, dtype, layout().offset());
    }

    /// All elements as `float`s, row-major.
    public float[] toFloatArray() {
        double[] values = dtype == DType.F32 ? new double[0] : toDoubleArray();
        float[] floats = new float[length()];
        if (dtype == DType.F32) {
            raw(MemorySegment.ofArray(floats));
        } else {
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
        }
        return floats;
    }

    /// All elements as `double`s, row-major. `BOOL`s are 0 and 1; `I64`s beyond 2⁵³ are rounded.
    public double[] toDoubleArray() {
        return doubles(raw(), dtype);
    }

    /// Raw elements as `double`s.
    static double[] doubles(MemorySegment raw, DType dtype) {
        double[] values = new double[(int) (raw.byteSize() / dtype.bytes())];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (dtype) {
                        case F32 -> raw.get(FLOATS, 4L * i);
                        case F64 -> raw.get(DOUBLES, 8L * i);
                        case I32 -> raw.get(INTS, 4L * i);
                        case I64 -> raw.get(LONGS, 8L * i);
                        case U8 -> raw.get(ValueLayout.JAVA_BYTE, i) & 0xff;
                        case BOOL -> raw.get(ValueLayout.JAVA_BYTE, i);
                    };
        }
        return values;
    }

    /// All elements as `long`s, row-major; fractions are dropped.
    public long[] toLongArray() {
        long[] values = new long[length()];
        if (dtype == DType.I64) {
            raw(MemorySegment.ofArray(values));
        } else {
            double[] doubles = toDoubleArray();
            Arrays.setAll(values, i -> (long) doubles[i]);
        }
        return values;
    }

    /// All elements as bytes: little-endian, row-major.
    public MemorySegment raw() {
        MemorySegment bytes =
                MemorySegment.ofArray(new byte[Math.multiplyExact(length(), dtype.bytes())]);
        raw(bytes);
        return bytes;
    }

    /// Copies all elements to memory: little-endian, row-major.
    public void raw(MemorySegment to) {
        Tensor dense = contiguous();
        Storage s = dense.storage();
        device.backend().download(s, dense.layout().offset() * dtype.bytes(), to);
    }

    /// Asks for all elements without waiting for them: a device that computes while the program
    /// goes on is not held up. The tensor may be released or overwritten meanwhile.
    ///
    /// ```java
    /// Fetch loss = computed.fetch();
    /// tellTheDeviceMore();
    /// System.out.println(loss.item());             // waits for `computed`, not for what followed
    /// ```
    public Fetch fetch() {
        Tensor dense = contiguous();
        Storage s = dense.storage();
        MemorySegment bytes =
                MemorySegment.ofArray(new byte[Math.multiplyExact(length(), dtype.bytes())]);
        long offset = dense.layout().offset() * dtype.bytes();
        return new Fetch(shape, dtype, bytes, device.backend().fetch(s, offset, bytes));
    }

    private int length() {
        if (shape.size() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "%s has %d elements, more than a Java array holds; take slices"
                            .formatted(shape, shape.size()));
        }
        return (int) shape.size();
    }

    private static final ValueLayout.OfFloat FLOATS =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLES =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INTS =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONGS =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Type, shape and the elements, aligned; long axes are shortened in the middle.
    @Override
    public String toString() {
        return Printing.text(this);
    }

    @Override
    public Tensor self() {
        return this;
    }

    /// The memory that holds the elements, which computes them if they are pending.
    ///
    /// @throws IllegalStateException if the scope in which it was computed has ended
    public Storage storage() {
        Storage s = storage;
        if (s == null) {
            s = force();
        }
        if (s.isReleased() || s.overwrites() != overwrites || (scope != null && scope.isClosed())) {
            throw gone(s);
        }
        return s;
    }

    /// Where the elements lie in [#storage()], which computes them if they are pending.
    public Layout layout() {
        if (storage == null) {
            force();
        }
        return Objects.requireNonNull(layout);
    }

    /// Whether the numbers exist; if not, they are computed when needed.
    public boolean isComputed() {
        return storage != null;
    }

    boolean isPendingPointwise() {
        return storage == null && op instanceof Pointwise;
    }

    /// How many nodes an expression over this tensor takes over from it while it is pending.
    public int weight() {
        return storage == null ? weight : 0;
    }

    /// Counts a use inside somebody else's expression, and says how many there were.
    public int countUse() {
        return ++uses;
    }

    @Nullable Scope scope() {
        return scope;
    }

    private Storage force() {
        Op pending = op;
        if (pending == null) {
            return Objects.requireNonNull(storage); // another thread was first
        }
        requireOpen();
        switch (pending) {
            case View view -> {
                Storage s = view.x().storage();
                store(s, view.layout());
            }
            case Pointwise p -> Expression.force(this);
            case Computation c -> throw new AssertionError(c.name() + " is computed at once");
        }
        return Objects.requireNonNull(storage);
    }

    /// Fails if the scope in which it was made has ended. For [Expression], which may compute with
    /// a pending tensor without asking for its numbers.
    ///
    /// @throws IllegalStateException if so
    public void requireOpen() {
        if (scope != null && scope.isClosed()) {
            throw scope.over(describe());
        }
    }

    /// Takes over computed elements. For [Expression].
    public void store(Storage elements, Layout where) {
        layout = where;
        overwrites = elements.overwrites();
        storage = elements;
        if (!tracked) {
            op = null; // nobody will ask how
        }
    }

    /// New storage for this tensor's elements, owned by its scope.
    public Storage allocate() {
        return allocate(op == null ? "data" : op.name(), Context.current());
    }

    private Storage allocate(String label, Context context) {
        Scope owner = Scope.owning(scope);
        Backend backend = device.backend();
        Storage s =
                backend.allocate(
                        shape.size() * dtype.bytes(), label, context.layer(), owner != null);
        s.moveTo(owner);
        if (owner != null) {
            owner.own(s);
        }
        return s;
    }

    private void compute(Computation computation, Context context) {
        if (computation instanceof Custom custom) {
            Tensor inner = Recording.off(custom::forward);
            if (!inner.shape.equals(shape) || inner.dtype != dtype) {
                throw new ShapeException(
                        "%s: forward() gave %s %s, but shape() and dtype() say %s %s"
                                .formatted(custom.name(), inner.dtype, inner.shape, dtype, shape));
            }
            Storage s = inner.storage();
            store(s, inner.layout());
            return;
        }
        Storage result = allocate(computation.name(), context);
        device.backend().compute(computation, result);
        store(result, shape.contiguous());
    }

    /// Leaves `from` for `to` (`null`: reachability): computed, without history.
    void moveOut(Scope from, @Nullable Scope to) {
        if (scope != from) {
            return;
        }
        Storage s = storage();
        if (s.owner() == from) {
            s.moveTo(to);
            if (to != null) {
                to.own(s);
            }
        } else {
            s.share();
        }
        op = null;
        tracked = false;
        scope = to;
    }

    private IllegalStateException gone(Storage s) {
        requireOpen();
        if (s.overwrites() != overwrites) {
            return new IllegalStateException(
                    describe()
                            + ": the variable was updated in place after this value was read; read"
                            + " value() again, or copy() it before the step");
        }
        Scope owner = s.owner();
        return owner != null
                ? owner.over(describe())
                : new IllegalStateException(describe() + ": its memory was released");
    }

    private String describe() {
        return "tensor %s%s %s"
                .formatted(
                        variable != null
                                ? "'" + variable.name() + "' "
                                : op != null ? op.name() + " " : "",
                        dtype,
                        shape);
    }
}
