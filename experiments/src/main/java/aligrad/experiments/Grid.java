package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Jobs of a paper's experiment in one directory, each with some seeds: `grid.yaml`, and a run
/// directory `JOB/seed-S` for each.
///
/// Runs that are done are not run again, one that was interrupted goes on. Several may run at a
/// time, with the same bits as alone, since a run depends on its seed and nothing else.
final class Grid {

    static final String FILE = "grid.yaml";

    private static final String EXPERIMENT = "reproduces";
    private static final String MODE = "mode";
    private static final String SUBSET = "subset";

    /// The aspect of the protocol that `--embeddings` changes.
    static final String WORD_VECTORS = "word vectors";

    /// What a grid is told.
    ///
    /// @param length epochs or iterations; `null` for the paper's
    /// @param subset how many samples to train on; `null` for all
    /// @param source the options that say where the data is; none for the command's own default
    /// @param seeds how many runs of each job
    record Choices(
            PaperExperiment experiment,
            Mode mode,
            List<PaperJob> jobs,
            @Nullable Long length,
            @Nullable Long subset,
            Map<String, String> source,
            int seeds) {

        /// The options of `aligrad train` for one run.
        Map<String, String> options(PaperJob job) {
            Map<String, String> options = new LinkedHashMap<>(job.options(mode));
            if (length != null) {
                options.put(experiment.lengthOption(), Long.toString(length));
            }
            if (subset != null) {
                options.put(SUBSET, Long.toString(subset));
            }
            options.putAll(source);
            return options;
        }
    }

    private record Run(PaperJob job, long seed, Path directory) {
        String name() {
            return job.name() + ", seed " + seed;
        }
    }

    private final Path path;
    private final Choices choices;
    private final List<UsageException> refusals = Collections.synchronizedList(new ArrayList<>());

    Grid(Path path, Choices choices) {
        this.path = path;
        this.choices = choices;
    }

    /// Why runs could not be started, such as that their data is not there; the others were run.
    List<UsageException> refusals() {
        return refusals;
    }

    /// Runs what is not done yet.
    ///
    /// @param together how many runs at a time
    /// @return whether nobody interrupted it
    /// @throws UsageException if the directory holds another grid
    boolean run(int together) {
        write();
        List<Run> waiting = new ArrayList<>();
        int done = 0;
        for (PaperJob job : choices.jobs) {
            for (int s = 0; s < choices.seeds; s++) {
                long seed = choices.experiment.firstSeed() + s;
                Run run = new Run(job, seed, path.resolve(job.name()).resolve("seed-" + seed));
                if (isDone(run)) {
                    done++;
                } else {
                    waiting.add(run);
                }
            }
        }
        if (done > 0) {
            System.out.printf("%s done before.%n", done == 1 ? "1 run is" : done + " runs are");
        }
        GridWatch watch = new GridWatch(done + waiting.size(), done);
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        together, Thread.ofPlatform().name("aligrad-run-", 0).factory())) {
            List<Future<Boolean>> results = new ArrayList<>();
            for (Run run : waiting) {
                results.add(
                        threads.submit(
                                () -> {
                                    try {
                                        return run(run, watch);
                                    } catch (RuntimeException e) {
                                        watch.abort(); // a defect: no use in going on
                                        throw e;
                                    }
                                }));
            }
            return all(results, watch);
        } finally {
            watch.close();
        }
    }

    /// Waits for all, also where one of them failed: then the others end at a checkpoint.
    private static boolean all(List<Future<Boolean>> results, GridWatch watch) {
        boolean all = true;
        RuntimeException failure = null;
        for (Future<Boolean> result : results) {
            try {
                all &= result.get();
            } catch (ExecutionException e) {
                if (failure == null) {
                    failure =
                            e.getCause() instanceof RuntimeException cause
                                    ? cause
                                    : new IllegalStateException("a run failed", e.getCause());
                }
            } catch (InterruptedException e) {
                watch.abort();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while runs were going on", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return all;
    }

    private boolean run(Run run, GridWatch watch) {
        if (watch.isStopRequested()) {
            return false;
        }
        Map<String, String> options = choices.options(run.job);
        options.put("seed", Long.toString(run.seed));
        options.put("out", run.directory.toString());
        try {
            boolean isBegun = Files.exists(run.directory.resolve("checkpoint/state.json"));
            if (!isBegun && Files.exists(run.directory)) {
                Trial.delete(run.directory); // it was killed before there was anything to keep
            }
            TrainCommand.run(
                    run.job.data(),
                    options,
                    isBegun ? List.of("resume") : List.of(),
                    watch.of(run.name()));
        } catch (RunFailedException e) {
            // its outcome says so: with some of the learning rates there is nothing to expect else
        } catch (UsageException e) {
            refusals.add(e);
            watch.finished(run.name(), "could not be started. " + e.getMessage());
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Outcome outcome =
                Outcome.read(outcome(run))
                        .orElseThrow(
                                () -> new IllegalStateException(run.name() + " has no outcome"));
        if (outcome.status() == Outcome.Status.INTERRUPTED) {
            return false;
        }
        watch.finished(run.name(), outcome.status().label() + ". " + outcome.message());
        return true;
    }

    private static Path outcome(Run run) {
        return run.directory.resolve("outcome.json");
    }

    /// Whether a run has ended, and is of the settings that this grid has.
    private boolean isDone(Run run) {
        Path config = run.directory.resolve(RunDirectory.CONFIG);
        Outcome outcome = Outcome.read(outcome(run)).orElse(null);
        if (outcome == null
                || outcome.status() == Outcome.Status.INTERRUPTED
                || !Files.exists(config)) {
            return false;
        }
        Map<String, Object> saved = ConfigFile.read(config);
        for (Map.Entry<String, String> option : choices.options(run.job).entrySet()) {
            String name = option.getKey();
            Object before = saved.get(name);
            if (before == null || Settings.isSame(before.toString(), option.getValue())) {
                continue;
            }
            boolean isLonger =
                    name.equals(choices.experiment.lengthOption())
                            && Double.parseDouble(option.getValue())
                                    > Double.parseDouble(before.toString());
            if (isLonger && outcome.status() == Outcome.Status.FAILED) {
                continue; // it would fail where it did
            }
            if (isLonger) {
                return false;
            }
            if (!name.equals("data")) {
                throw new UsageException(
                        "%s: it was run with %s %s, not %s; choose another directory with --out."
                                .formatted(run.directory, name, before, option.getValue()));
            }
        }
        return true;
    }

    /// What `grid.yaml` has.
    private Map<String, Object> settings() {
        Map<String, Object> now = new LinkedHashMap<>();
        now.put(EXPERIMENT, choices.experiment.label());
        now.put(MODE, choices.mode.label());
        now.put(SUBSET, choices.subset == null ? "all" : choices.subset);
        now.put(
                choices.experiment.lengthOption(),
                choices.length == null ? "as in the paper" : choices.length);
        if (choices.experiment == PaperExperiment.SNLI) {
            now.put(
                    Embeddings.OPTION,
                    choices.source.getOrDefault(Embeddings.OPTION, "as in the paper"));
        }
        now.put("seeds", choices.seeds);
        now.put("jobs", choices.jobs.size());
        return now;
    }

    /// What is going to be run, the paper's protocol beside it.
    String announcement() {
        Map<String, Object> settings = settings();
        return "%s: %s, %s of each, writing to %s%n%n%s%n%s%n"
                .formatted(
                        choices.experiment.title(),
                        Count.of(choices.jobs.size(), "job"),
                        Count.of(choices.seeds, "run"),
                        path,
                        protocol(choices.experiment, settings).text(),
                        String.join("\n", choices.experiment.slips()));
    }

    /// Writes `grid.yaml`, unless the directory is of another grid.
    private void write() {
        Path file = path.resolve(FILE);
        Map<String, Object> now = settings();
        if (Files.exists(file)) {
            Map<String, Object> before = ConfigFile.read(file);
            for (String name : List.of(EXPERIMENT, MODE, SUBSET, Embeddings.OPTION)) {
                Object value = now.get(name);
                if (value != null && !String.valueOf(before.get(name)).equals(value.toString())) {
                    throw new UsageException(
                            "%s: %s was %s there, not %s; choose another directory with --out."
                                    .formatted(path, name, before.get(name), value));
                }
            }
        } else if (Files.exists(path.resolve(RunDirectory.CONFIG))) {
            throw new UsageException(
                    "%s already holds a run; choose another directory with --out.".formatted(path));
        }
        try {
            Files.createDirectories(path);
            ConfigFile.write(file, now);
        } catch (IOException e) {
            throw new UsageException(
                    "--out %s: %s; name a directory that you may write to."
                            .formatted(path, TextFile.reason(e)),
                    e);
        }
    }

    /// The paper's protocol beside that of a grid as its `grid.yaml` has it; the last column says
    /// what is reduced.
    static Table protocol(PaperExperiment experiment, Map<String, Object> grid) {
        Table table = new Table("", "paper", "here", "reduced");
        experiment
                .protocol()
                .forEach(
                        (aspect, paper) -> {
                            String here = here(aspect, paper, experiment, grid);
                            table.add(List.of(aspect, paper, here, reduced(aspect, paper, here)));
                        });
        table.add(List.of("mode", "released", String.valueOf(grid.get(MODE)), "no"));
        return table;
    }

    private static String reduced(String aspect, String paper, String here) {
        if (aspect.equals(WORD_VECTORS)) {
            return here.startsWith(Embeddings.RANDOM) ? "yes" : "no";
        }
        if (!List.of("jobs", "iterations", "epochs", "data").contains(aspect)
                || here.equals("the same")) {
            return "no";
        }
        return firstNumber(here) > firstNumber(paper) ? "no, longer" : "yes";
    }

    private static long firstNumber(String text) {
        String digits = text.replace(",", "").replaceAll("\\D.*", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    private static String here(
            String aspect, String paper, PaperExperiment experiment, Map<String, Object> grid) {
        return switch (aspect) {
            case "jobs" -> {
                String jobs = String.valueOf(grid.get("jobs"));
                yield jobs.equals(Integer.toString(experiment.jobs().size()))
                        ? "the same"
                        : jobs + " of them";
            }
            case "iterations", "epochs" -> {
                String length = String.valueOf(grid.get(aspect));
                yield length.equals("as in the paper") || length.equals(paper)
                        ? "the same"
                        : length;
            }
            case "data" -> {
                String subset = String.valueOf(grid.get(SUBSET));
                yield subset.equals("all")
                        ? "the same"
                        : subset + " samples for training, the others in proportion";
            }
            case WORD_VECTORS -> {
                String vectors = String.valueOf(grid.get(Embeddings.OPTION));
                yield switch (vectors) {
                    case "as in the paper" -> "the same";
                    case Embeddings.RANDOM -> "random, made from the seed";
                    default -> "those of " + vectors;
                };
            }
            case "runs of a job" -> String.valueOf(grid.get("seeds"));
            case "first seed" -> Long.toString(experiment.firstSeed());
            case "accuracy" ->
                    Mode.RELEASED.label().equals(grid.get(MODE)) ? "any-step" : "all-steps";
            case "computer" -> Count.of(Runtime.getRuntime().availableProcessors(), "processor");
            default -> "the same";
        };
    }

    /// The experiment of a grid.
    ///
    /// @throws UsageException if its `grid.yaml` names none
    static PaperExperiment experiment(Path file, Map<String, Object> grid) {
        for (PaperExperiment experiment : PaperExperiment.values()) {
            if (experiment.label().equals(grid.get(EXPERIMENT))) {
                return experiment;
            }
        }
        throw new UsageException(
                "%s: '%s' is %s, which is no experiment of the paper."
                        .formatted(file, EXPERIMENT, grid.get(EXPERIMENT)));
    }
}
