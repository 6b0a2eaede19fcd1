package aligrad.optim;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

import java.util.EnumMap;
import java.util.Map;

/// A number that tensors are multiplied by: known to the host, or to a device only.
sealed interface Factor {

    /// `x` times the number, rounded to the type of `x` before.
    Tensor of(Tensor x);

    /// The number times `b`, in double.
    Factor times(double b);

    /// A number of the host.
    record OnHost(double value) implements Factor {
        @Override
        public Tensor of(Tensor x) {
            return x.mul(value);
        }

        @Override
        public Factor times(double b) {
            return new OnHost(value * b);
        }
    }

    /// A number of a device, rank-0 `F64`.
    ///
    /// @param rounded it, computed, in the types that were asked for
    record OnDevice(Tensor value, Map<DType, Tensor> rounded) implements Factor {
        OnDevice(Tensor value) {
            this(value, new EnumMap<>(DType.class));
        }

        @Override
        public Tensor of(Tensor x) { // computed once, not by each kernel that needs it
            return x.mul(rounded.computeIfAbsent(x.dtype(), type -> value.to(type).evaluate()));
        }

        @Override
        public Factor times(double b) {
            return new OnDevice(value.mul(b));
        }
    }
}
