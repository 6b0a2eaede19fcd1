/// Derivatives of tensor operations.
module aligrad.autograd {
    requires static transitive org.jspecify;
    requires transitive aligrad.tensor;

    exports aligrad.autograd;
}
