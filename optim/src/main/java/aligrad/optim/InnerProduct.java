package aligrad.optim;

import aligrad.tensor.Tensor;

/// `⟨a, b⟩`, the sum of the products of two tensors of one shape.
final class InnerProduct {

    private InnerProduct() {}

    static double of(Tensor a, Tensor b) {
        return a.mul(b).sum().item();
    }
}
