package aligrad.backends.conformance;

import aligrad.tensor.Tensor;

/// What is computed on both sides, from inputs that are already there.
@FunctionalInterface
interface Calculation {
    Tensor of(Tensor... x);
}
