/// Tensors: numbers on a device, the operations on them, and the memory behind them.
///
/// Start with [aligrad.tensor.Tensor]. What an operation *is*, its inputs, shape and type, stands
/// here in the records of [aligrad.tensor.Op]; how it is computed is a backend's business
/// ([aligrad.tensor.spi]), and its derivative belongs to `aligrad.autograd`. Nothing here knows of
/// gradients, beyond the mark [aligrad.tensor.Tensor#isTracked()].
@NullMarked
package aligrad.tensor;

import org.jspecify.annotations.NullMarked;
