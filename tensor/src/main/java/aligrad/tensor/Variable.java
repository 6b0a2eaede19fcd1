package aligrad.tensor;

import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.Storage;

import org.jspecify.annotations.Nullable;

/// A named cell whose value changes: the only thing in the library that does.
///
/// What was computed from a variable keeps its value after the variable moves, also when it was
/// still pending: [#value()] is an immutable tensor, and a variable is overwritten in place only
/// when no such tensor can be read any more.
public sealed class Variable permits Parameter, Buffer {

    private String name;
    private final Shape shape;
    private final DType dtype;
    private final Device device;
    private final boolean tracked;
    private Storage storage;
    private @Nullable Tensor handle;
    private boolean handedOut;
    private @Nullable Scope handedOutIn;

    Variable(String name, Tensor initial, boolean tracked) {
        if (tracked && !initial.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "parameter '"
                            + name
                            + "' of type "
                            + initial.dtype()
                            + ": a gradient needs F32 or F64; use a Buffer, or cast with"
                            + " to(DType)");
        }
        this.name = name;
        this.shape = initial.shape();
        this.dtype = initial.dtype();
        this.device = initial.device();
        this.tracked = tracked;
        this.storage = ownCopy(initial);
    }

    /// The name: as it was made, such as `weight`, or its path in the model that it is a part of,
    /// such as `encoder.weight`.
    public String name() {
        return name;
    }

    /// Changes the name. For the model that this becomes a part of.
    public void rename(String to) {
        name = to;
    }

    public Shape shape() {
        return shape;
    }

    public DType dtype() {
        return dtype;
    }

    public Device device() {
        return device;
    }

    /// The present value. It stays what it is when the variable is set to something else.
    public Tensor value() {
        Scope scope = Context.current().scope();
        Tensor current = handle;
        if (current == null || current.scope() != scope) {
            current = Tensor.leaf(this, shape, dtype, device, tracked, scope, storage);
            handle = current;
            if (!handedOut || (handedOutIn != null && handedOutIn.isOver())) {
                handedOut = true;
                handedOutIn = scope;
            } else {
                handedOutIn = Scope.around(handedOutIn, scope);
            }
        }
        return current;
    }

    /// Sets the value: a tensor of the same shape and type, on the same device.
    ///
    /// @throws ShapeException if shape or type differ
    public void set(Tensor value) {
        check(value);
        storage = ownCopy(value);
        forgetReaders();
    }

    /// Sets several variables of one shape at the same moment: `targets[i]` to `values[i]`, where
    /// the values may be computed from the present ones.
    ///
    /// Pending values become one kernel, which overwrites the variables in place when nobody else
    /// can see them.
    public static void assign(Variable[] targets, Tensor[] values) {
        boolean inPlace = true;
        for (int i = 0; i < targets.length; i++) {
            targets[i].check(values[i]);
            inPlace &= targets[i].isUnseen() && values[i].isPendingPointwise();
            inPlace &= targets[i].shape.equals(targets[0].shape);
        }
        if (inPlace && targets.length > 0) {
            Storage[] destinations = new Storage[targets.length];
            for (int i = 0; i < targets.length; i++) {
                destinations[i] = targets[i].storage;
            }
            if (Expression.evaluateInPlace(values, destinations)) {
                for (Variable target : targets) {
                    target.storage.countOverwrite();
                    target.forgetReaders();
                }
                return;
            }
        }
        for (Tensor value : values) {
            value.storage(); // all from the present values, before the first is replaced
        }
        for (int i = 0; i < targets.length; i++) {
            targets[i].set(values[i]);
        }
    }

    private void forgetReaders() {
        handle = null;
        handedOut = false;
        handedOutIn = null;
    }

    private boolean isUnseen() {
        return !storage.isShared() && (!handedOut || (handedOutIn != null && handedOutIn.isOver()));
    }

    /// Storage of its own, outside every scope, with the numbers of `value`.
    private Storage ownCopy(Tensor value) {
        return Scope.outside(() -> value.detach().copy().storage());
    }

    private void check(Tensor value) {
        if (!value.shape().equals(shape) || value.dtype() != dtype || value.device() != device) {
            throw new ShapeException(
                    "set '%s' (%s %s on %s) to %s %s on %s: shape, type and device must be the same"
                            .formatted(
                                    name,
                                    dtype,
                                    shape,
                                    device,
                                    value.dtype(),
                                    value.shape(),
                                    value.device()));
        }
    }

    @Override
    public String toString() {
        return name + " " + dtype + " " + shape;
    }
}
