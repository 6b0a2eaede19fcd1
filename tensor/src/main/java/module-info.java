/// Tensors, their operations, and the contract of a backend.
module aligrad.tensor {
    requires static transitive org.jspecify;

    exports aligrad.tensor;
    exports aligrad.tensor.io;
    exports aligrad.tensor.spi;

    uses aligrad.tensor.spi.BackendProvider;
}
