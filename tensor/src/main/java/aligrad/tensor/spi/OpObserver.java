package aligrad.tensor.spi;

import aligrad.tensor.Op;
import aligrad.tensor.Tensor;

/// Sees every tensor that is made by an operation inside [aligrad.tensor.Recording#observed]; for
/// tracers and for comparing devices.
public interface OpObserver {

    /// Called right after `op` made `result`, which may have forgotten it already. It may ask for
    /// the numbers, which computes them.
    void made(Op op, Tensor result);
}
