package aligrad.experiments;

import aligrad.experiments.Outcome.Status;
import aligrad.optim.NonFiniteLossException;
import aligrad.optim.StepReport;
import aligrad.tensor.Parameter;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The training loop: iterations, metrics, checkpoints, what is said meanwhile, and the report at
/// the end.
final class Training {

    /// A checkpoint is written this often, besides the one at the end.
    private static final long CHECKPOINT_NANOSECONDS = 60_000_000_000L;

    /// What a shell calls a program that Ctrl-C ended.
    private static final int INTERRUPTED = 130;

    private final Experiment experiment;
    private final RunDirectory directory;
    private final Watch watch = Watch.current();
    private final Map<String, Object> configuration = new LinkedHashMap<>();
    private boolean hasSaidFirst;

    Training(Experiment experiment, RunDirectory directory) {
        this.experiment = experiment;
        this.directory = directory;
        configuration.putAll(experiment.configuration());
        configuration.putAll(directory.ownSettings());
    }

    /// Runs to the end or until it is interrupted, and returns the exit code.
    int run() {
        Checkpoint checkpoint = directory.checkpoint();
        Checkpoint.Position from = new Checkpoint.Position(0, 0);
        directory.settings().requireSame(configuration);
        if (directory.isResumed()) {
            from = checkpoint.load(experiment.model(), experiment.optimizer(), directory.at());
        }
        long total = experiment.iterations();
        boolean isConcluded = // not so where it was killed after its last iteration
                Outcome.read(directory.outcome())
                        .map(Outcome::status)
                        .filter(status -> status != Status.INTERRUPTED)
                        .isPresent();
        if (from.iterations() > total || from.iterations() == total && isConcluded) {
            throw new UsageException(
                    "%s: %s; go on with --resume and a larger %s."
                            .formatted(
                                    directory.path(),
                                    from.iterations() == 1
                                            ? "the only iteration is done"
                                            : "all %d iterations are done"
                                                    .formatted(from.iterations()),
                                    configuration.containsKey("epochs")
                                            ? "--epochs"
                                            : "--iterations"));
        }
        directory.create();
        try (watch;
                Metrics metrics = Metrics.open(directory.metrics(), from.iterations())) {
            if (!metrics.best(Metrics.VALIDATION_ACCURACY).isEmpty()) {
                directory.best().require(); // now rather than at the end
            }
            try (Averages averages =
                    Averages.open(
                            directory.averages(), experiment.period(), weightDecay(), metrics)) {
                if (isPatienceOver(averages) && isConcluded) {
                    throw new UsageException(
                            "%s: the patience of %d is over since iteration %d; go on with --resume and a larger --patience."
                                    .formatted(
                                            directory.path(),
                                            directory.patience(),
                                            from.iterations()));
                }
                directory.write(configuration); // now that all of it was found sound
                delete(directory.results()); // those of a shorter run
                delete(directory.outcome());
                if (!directory.isResumed()) { // so that even a run killed at once can be resumed
                    checkpoint.save(experiment.model(), experiment.optimizer(), from);
                }
                watch.say(
                        "%s: %,d parameters, %s, writing to %s"
                                .formatted(
                                        configuration.get("experiment"),
                                        experiment.model().parameterCount(),
                                        Count.of(total, "iteration"),
                                        directory.path()));
                Checkpoint.Position end = iterate(from, total, metrics, averages, checkpoint);
                metrics.flush();
                checkpoint.save(experiment.model(), experiment.optimizer(), end);
                return conclude(end, total, metrics, averages);
            }
        }
    }

    /// λ of the penalty λ/2 ‖w‖², as the configuration says.
    private double weightDecay() {
        return configuration.get("weight-decay") instanceof Number decay ? decay.doubleValue() : 0;
    }

    private boolean isPatienceOver(Averages averages) {
        Long patience = directory.patience();
        return patience != null && averages.sinceBest() >= patience;
    }

    private Checkpoint.Position iterate(
            Checkpoint.Position from,
            long total,
            Metrics metrics,
            Averages averages,
            Checkpoint checkpoint) {
        watch.start(total);
        long start = System.nanoTime() - (long) (from.seconds() * 1e9);
        long saved = System.nanoTime();
        long done = from.iterations();
        long begun = done;
        try (EventFile events = EventFile.create(directory.path(), now(), done)) {
            Iteration underWay = null;
            while (begun < total && !watch.isStopRequested() && !isPatienceOver(averages)) {
                Iteration next = experiment.begin(begun);
                begun++;
                if (underWay != null) { // while a device computes the next one
                    record(done + 1, underWay, start, events, metrics, averages);
                    done++;
                }
                underWay = next;
                boolean isDue = System.nanoTime() - saved > CHECKPOINT_NANOSECONDS;
                if (next.step().isFinished() || begun % experiment.period() == 0 || isDue) {
                    underWay = null;
                    record(done + 1, next, start, events, metrics, averages);
                    done++;
                }
                if (isDue) {
                    metrics.flush();
                    checkpoint.save(
                            experiment.model(),
                            experiment.optimizer(),
                            new Checkpoint.Position(done, seconds(start)));
                    saved = System.nanoTime();
                }
            }
            if (underWay != null) {
                record(done + 1, underWay, start, events, metrics, averages);
                done++;
            }
        } catch (NonFiniteLossException e) {
            watch.end();
            metrics.flush();
            String stop = "Stopped at iteration %d: %s.".formatted(done + 1, e.getMessage());
            writeReport(metrics, stop);
            new Outcome(Status.FAILED, done, total, seconds(start), stop)
                    .write(directory.outcome());
            throw new RunFailedException(
                    "%s Metrics so far are in %s, curves in %s."
                            .formatted(stop, directory.metrics(), directory.report()),
                    e);
        }
        watch.end();
        return new Checkpoint.Position(done, seconds(start));
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /// Waits for an iteration and writes what it did.
    ///
    /// @param i counted from 1
    private void record(
            long i,
            Iteration iteration,
            long start,
            EventFile events,
            Metrics metrics,
            Averages averages) {
        StepReport report = iteration.step().report();
        Map<String, Double> extra = iteration.metrics().get();
        if (!hasSaidFirst) {
            hasSaidFirst = true;
            sayFirst();
        }
        double seconds = seconds(start);
        keepBest(i, extra, metrics);
        Map<String, Double> row = row(i, report, seconds, extra);
        if (i % experiment.period() == 0) {
            row.put(Averages.WEIGHT_NORM, weightNorm());
        }
        metrics.add(row);
        record(events, i, row, averages.add(metrics));
        watch.show(i, report.loss(), report.stepSize());
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    /// For TensorBoard: the row of an iteration, and the averages that it completes.
    private static void record(
            EventFile events,
            long iteration,
            Map<String, Double> row,
            Map<String, Double> average) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        row.forEach((name, value) -> scalars.put("iteration/" + name, value));
        average.forEach((name, value) -> scalars.put("average/" + name, value));
        scalars.keySet().removeAll(Set.of("iteration/iteration", "average/iteration"));
        events.add(now(), iteration, scalars);
    }

    /// ‖w‖ over all parameters.
    private double weightNorm() {
        double sum = 0;
        for (Parameter parameter : experiment.model().parameters()) {
            sum +=
                    Scope.compute(
                            "weight norm",
                            () -> Recording.off(() -> parameter.value().squaredNorm().item()));
        }
        return Math.sqrt(sum);
    }

    /// Before its row is added: the model is kept where it is better than at all rows before.
    private void keepBest(long iteration, Map<String, Double> extra, Metrics metrics) {
        String name = Metrics.VALIDATION_ACCURACY;
        Double accuracy = extra.get(name);
        if (accuracy != null
                && accuracy > metrics.best(name).getOrDefault(name, Double.NEGATIVE_INFINITY)) {
            experiment
                    .optimizer()
                    .evaluating( // what was validated, which may be an average
                            () -> {
                                directory.best().save(experiment.model(), iteration, accuracy);
                                return null;
                            });
        }
    }

    private void sayFirst() {
        long started = ManagementFactory.getRuntimeMXBean().getStartTime();
        watch.say(
                "first iteration finished %.2f s after the start of Java"
                        .formatted((System.currentTimeMillis() - started) / 1e3));
    }

    private static Map<String, Double> row(
            long iteration, StepReport report, double seconds, Map<String, Double> extra) {
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("iteration", (double) iteration);
        row.put("loss", report.loss());
        row.put("step_size", report.stepSize());
        row.put("step_size_unclipped", report.unclippedStepSize());
        row.put("seconds", Math.round(seconds * 1e6) / 1e6);
        row.putAll(extra);
        return row;
    }

    /// Judges the best model, and leaves the experiment with the last one.
    private void judge(Metrics metrics) {
        Map<String, Double> best = metrics.best(Metrics.VALIDATION_ACCURACY);
        if (best.isEmpty()) {
            return;
        }
        Map<String, Tensor> last = experiment.model().state();
        long iteration = best.getOrDefault("iteration", 0.0).longValue();
        directory.best().load(experiment.model(), iteration);
        Map<String, Double> results = new LinkedHashMap<>(best);
        results.keySet()
                .retainAll(
                        Set.of(
                                "iteration",
                                "epoch",
                                Metrics.VALIDATION_ACCURACY,
                                Metrics.VALIDATION_TOP5));
        results.putAll(experiment.test());
        experiment.model().load(last);
        try {
            RunDirectory.replace(directory.results(), Metrics.line(results));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int conclude(Checkpoint.Position end, long total, Metrics metrics, Averages averages) {
        Status status =
                end.iterations() == total
                        ? Status.FINISHED
                        : isPatienceOver(averages) ? Status.STOPPED_EARLY : Status.INTERRUPTED;
        if (status != Status.INTERRUPTED) {
            judge(metrics);
        }
        String conclusion = experiment.conclusion(metrics);
        writeReport(metrics, conclusion);
        new Outcome(status, end.iterations(), total, end.seconds(), conclusion)
                .write(directory.outcome());
        watch.say(conclusion);
        watch.say(
                "%s in %s (%.2f ms each)."
                        .formatted(
                                Count.of(end.iterations(), "iteration"),
                                ProgressBar.duration(end.seconds()),
                                1e3 * end.seconds() / Math.max(1, end.iterations())));
        watch.say("Report: " + directory.report());
        return switch (status) {
            case INTERRUPTED -> {
                watch.say(
                        "Interrupted after iteration %d of %d; a checkpoint was written. Continue with:%n  %s"
                                .formatted(end.iterations(), total, directory.resumeCommand()));
                yield INTERRUPTED;
            }
            case STOPPED_EARLY -> {
                watch.say(
                        "Stopped early after iteration %d of %d: nothing better for %d reports."
                                .formatted(end.iterations(), total, directory.patience()));
                yield 0;
            }
            case FINISHED, FAILED -> 0;
        };
    }

    private void writeReport(Metrics metrics, String conclusion) {
        Report.write(directory, configuration, metrics, conclusion);
    }
}
