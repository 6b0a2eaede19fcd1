package aligrad.peers;

import ai.djl.ndarray.NDArray;

import aligrad.benchmarks.cases.Architecture;

import java.util.List;

/// A network with its batch, as a function of its parameters.
interface TorchNetwork {

    /// A parameter's first values in libtorch's layout.
    NDArray initial(Architecture.Weights weights);

    /// The arrays beside the parameters that the loss is computed from. Results belong to the
    /// manager of an operation's first operand, so these must belong to that of the step, or all
    /// that is computed from them would never be freed.
    List<NDArray> constants();

    /// The loss of the batch.
    ///
    /// @param parameters in the order of the [Architecture]; what is computed belongs to their
    ///   manager
    NDArray loss(List<NDArray> parameters);

    /// What a reader should know of how it is done; empty if nothing.
    default String note() {
        return "";
    }
}
