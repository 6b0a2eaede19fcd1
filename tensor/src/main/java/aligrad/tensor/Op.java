package aligrad.tensor;

import java.util.ArrayList;
import java.util.List;

/// What computes a tensor: the operation with its inputs and parameters, as data.
///
/// Every operation is a record, its components exactly what its result and its derivative need. The
/// three branches are the three ways to numbers: [Pointwise] stays pending and is fused, [View]
/// looks at the same storage in another way, [Computation] runs a kernel at once. The gradient code
/// and every backend `switch` over these types without `default`.
public sealed interface Op permits Pointwise, View, Computation {

    /// The operation's name as the error messages and statistics show it, such as `matmul`.
    String name();

    /// The shape of the result.
    Shape shape();

    /// The type of the result.
    DType dtype();

    /// How many tensors it is computed from.
    int arity();

    /// The `i`-th of them.
    Tensor input(int i);

    /// All inputs, in order.
    default List<Tensor> inputs() {
        List<Tensor> inputs = new ArrayList<>(arity());
        for (int i = 0; i < arity(); i++) {
            inputs.add(input(i));
        }
        return inputs;
    }
}
