package aligrad.backends.conformance;

import aligrad.tensor.Tensor;

/// The same numbers in the same arrangement on both sides.
///
/// @param expected on the reference backend
/// @param actual on the device
record Operand(Tensor expected, Tensor actual) {}
