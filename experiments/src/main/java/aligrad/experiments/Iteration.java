package aligrad.experiments;

import aligrad.optim.PendingStep;

import java.util.Map;
import java.util.function.Supplier;

/// An iteration that was begun, see [Experiment#begin].
///
/// @param step its step, which a device may still be computing
/// @param metrics what it adds to the metrics, such as `accuracy`; with `samples`, how many it saw,
///   where that is not the same for all. Asked for once, after the report of the step
record Iteration(PendingStep step, Supplier<Map<String, Double>> metrics) {}
