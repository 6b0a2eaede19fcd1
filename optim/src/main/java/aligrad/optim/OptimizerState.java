package aligrad.optim;

import aligrad.tensor.Tensor;

import java.util.Map;

/// Everything an optimizer remembers, by name: what a checkpoint saves.
///
/// @param optimizer whose state it is, such as `Adam`
/// @param tensors as `kind/parameter`, for example `momentum/conv1.weight`
/// @param numbers such as `steps`
public record OptimizerState(
        String optimizer, Map<String, Tensor> tensors, Map<String, Double> numbers) {}
