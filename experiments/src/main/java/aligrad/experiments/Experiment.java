package aligrad.experiments;

import aligrad.nn.Module;
import aligrad.optim.Optimizer;

import java.util.Map;

/// What the training loop needs of an experiment.
///
/// Iteration `i` is a function of the seed, `i` and the state alone: batches are drawn from streams
/// named by their iteration or epoch, so that a resumed run sees what an uninterrupted one sees.
interface Experiment {

    /// The configuration, as it is written to `config.yaml`.
    Map<String, Object> configuration();

    Module model();

    Optimizer<?> optimizer();

    /// How many iterations the run takes.
    long iterations();

    /// How many iterations one row of `averages.jsonl` is of: those of an epoch, or 100 where there
    /// are no epochs.
    default long period() {
        return 100;
    }

    /// Begins one step. On a device that computes meanwhile nothing is waited for, so that the next
    /// one can be begun before this one is asked what it did; but where iteration `i` is the last
    /// of a [#period()], its metrics are asked for first, since they may judge the model as it is.
    ///
    /// @param i counted from 0
    Iteration begin(long i);

    /// Judges the model on what it was not chosen by, once, after the last iteration: called with
    /// the weights that were best on the validation set, and returns what `results.json` shows.
    /// Only of use to experiments whose metrics have a `validation_accuracy`.
    default Map<String, Double> test() {
        return Map.of();
    }

    /// Says in a sentence or two how it went, given all metrics; after [#test] where there is one.
    String conclusion(Metrics metrics);
}
