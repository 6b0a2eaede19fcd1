package aligrad.experiments;

import aligrad.optim.NonFiniteLossException;
import aligrad.optim.StepReport;
import aligrad.tensor.Tensor;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The training loop: iterations, metrics, checkpoints, progress, and the report at the end.
final class Training {

    /// A checkpoint is written this often, besides the one at the end.
    private static final long CHECKPOINT_NANOSECONDS = 60_000_000_000L;

    /// What a shell calls a program that Ctrl-C ended.
    private static final int INTERRUPTED = 130;

    private final Experiment experiment;
    private final RunDirectory directory;
    private final PrintStream out = System.out;

    Training(Experiment experiment, RunDirectory directory) {
        this.experiment = experiment;
        this.directory = directory;
    }

    /// Runs to the end or until it is interrupted, and returns the exit code.
    int run() {
        Checkpoint checkpoint = directory.checkpoint();
        Checkpoint.Position from = new Checkpoint.Position(0, 0);
        directory.settings().requireSame(experiment.configuration());
        if (directory.isResumed()) {
            from = checkpoint.load(experiment.model(), experiment.optimizer());
        }
        long total = experiment.iterations();
        if (from.iterations() >= total) {
            throw new UsageException(
                    "%s: %s; go on with --resume and a larger %s."
                            .formatted(
                                    directory.path(),
                                    from.iterations() == 1
                                            ? "the only iteration is done"
                                            : "all %d iterations are done"
                                                    .formatted(from.iterations()),
                                    experiment.configuration().containsKey("epochs")
                                            ? "--epochs"
                                            : "--iterations"));
        }
        directory.create();
        try (Metrics metrics = Metrics.open(directory.metrics(), from.iterations());
                Interruption interruption = new Interruption()) {
            if (!metrics.best(Metrics.VALIDATION_ACCURACY).isEmpty()) {
                directory.best().require(); // now rather than at the end
            }
            directory.write(experiment.configuration()); // now that all of it was found sound
            delete(directory.results()); // those of a shorter run
            if (!directory.isResumed()) { // so that even a run killed at once can be resumed
                checkpoint.save(experiment.model(), experiment.optimizer(), from);
            }
            out.printf(
                    "%s: %,d parameters, %s, writing to %s%n",
                    experiment.configuration().get("experiment"),
                    experiment.model().parameterCount(),
                    Count.of(total, "iteration"),
                    directory.path());
            Checkpoint.Position end = iterate(from, total, metrics, checkpoint, interruption);
            metrics.flush();
            checkpoint.save(experiment.model(), experiment.optimizer(), end);
            return conclude(end, total, metrics);
        }
    }

    private Checkpoint.Position iterate(
            Checkpoint.Position from,
            long total,
            Metrics metrics,
            Checkpoint checkpoint,
            Interruption interruption) {
        Progress progress = new Progress(out, ProgressBar.isTerminal(), total);
        long start = System.nanoTime() - (long) (from.seconds() * 1e9);
        long saved = System.nanoTime();
        long i = from.iterations();
        try {
            while (i < total && !interruption.isRequested()) {
                Map<String, Double> extra = experiment.iterate(i);
                i++;
                if (i == from.iterations() + 1) {
                    sayFirst();
                }
                StepReport report = experiment.optimizer().lastStep();
                if (report == null) {
                    throw new IllegalStateException("iteration " + i + " took no step");
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                keepBest(i, extra, metrics);
                metrics.add(row(i, report, seconds, extra));
                progress.show(i, report.loss(), report.stepSize());
                if (System.nanoTime() - saved > CHECKPOINT_NANOSECONDS) {
                    metrics.flush();
                    checkpoint.save(
                            experiment.model(),
                            experiment.optimizer(),
                            new Checkpoint.Position(i, seconds));
                    saved = System.nanoTime();
                }
            }
        } catch (NonFiniteLossException e) {
            progress.end();
            metrics.flush();
            String stop = "Stopped at iteration %d: %s.".formatted(i + 1, e.getMessage());
            writeReport(metrics, stop);
            throw new RunFailedException(
                    "%s Metrics so far are in %s, curves in %s."
                            .formatted(stop, directory.metrics(), directory.report()),
                    e);
        }
        progress.end();
        return new Checkpoint.Position(i, (System.nanoTime() - start) / 1e9);
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
        out.printf(
                "first iteration finished %.2f s after the start of Java%n",
                (System.currentTimeMillis() - started) / 1e3);
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
        results.keySet().retainAll(Set.of("iteration", "epoch", Metrics.VALIDATION_ACCURACY));
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

    private int conclude(Checkpoint.Position end, long total, Metrics metrics) {
        if (end.iterations() == total) {
            judge(metrics);
        }
        writeReport(metrics, experiment.conclusion(metrics));
        out.println(experiment.conclusion(metrics));
        out.printf(
                "%s in %s (%.2f ms each).%n",
                Count.of(end.iterations(), "iteration"),
                ProgressBar.duration(end.seconds()),
                1e3 * end.seconds() / Math.max(1, end.iterations()));
        out.println("Report: " + directory.report());
        if (end.iterations() < total) {
            out.printf(
                    "Interrupted after iteration %d of %d; a checkpoint was written. Continue"
                            + " with:%n  %s%n",
                    end.iterations(), total, directory.resumeCommand());
            return INTERRUPTED;
        }
        return 0;
    }

    private void writeReport(Metrics metrics, String conclusion) {
        Report.write(directory, experiment.configuration(), metrics, conclusion);
    }
}
