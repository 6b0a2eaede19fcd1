package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `aligrad reproduce`: the experiments of the ALI-G paper, job by job or all of them.
@Command(
        name = "reproduce",
        description = {
            "Runs the jobs of an experiment of the ALI-G paper, one run after the other or several"
                    + " at a time.",
            "What is done is not run again: the same command continues what was interrupted. The"
                    + " jobs' tables and curves are in comparison.html and comparison.md of the"
                    + " directory."
        },
        mixinStandardHelpOptions = true)
final class Reproduce implements Callable<Integer> {

    private static final int INTERRUPTED = 130;
    private static final int MOST_THREADS = 1024;
    private static final int MOST_SEEDS = 1000;
    private static final Pattern RANGE = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

    @Parameters(
            paramLabel = "EXPERIMENT",
            description = "dnc, svhn, snli, cifar, cifar-train or imagenet")
    private String name = "";

    @Option(
            names = "--list",
            description =
                    "shows the jobs with all hyper-parameters, and how long each would take here")
    private boolean list;

    @Option(
            names = "--job",
            paramLabel = "N,…",
            description = "the jobs to run, such as 1,3,8-12 (default: all)")
    private @Nullable String job;

    @Option(
            names = "--mode",
            paramLabel = "released|intended",
            description =
                    "where the paper's program does not do what was evidently meant: as it does, or"
                            + " as was meant (default: intended)")
    private String mode = "intended";

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "epochs of each run (default: the paper's)")
    private @Nullable Long epochs;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "dnc: iterations of each run (default: 10000)")
    private @Nullable Long iterations;

    @Option(
            names = "--subset",
            paramLabel = "N",
            description =
                    "trains on N samples, and validates and tests on as great a part of theirs"
                            + " (default: all)")
    private @Nullable Long subset;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "where the data is, as for 'aligrad train'")
    private String data = "";

    @Option(
            names = "--embeddings",
            paramLabel = "FILE|random",
            description = "snli: the vectors of words, as for 'aligrad train snli'")
    private @Nullable String embeddings;

    @Option(
            names = "--seeds",
            paramLabel = "K",
            description = "how many runs of each job, each with another seed (default: 1)")
    private Integer seeds = 1;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "where the runs are (default: runs/reproduce-EXPERIMENT)")
    private @Nullable Path out;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description =
                    "dnc: how many runs at a time, one thread each; else the threads of each run"
                            + " (default: one for each processor); the results do not depend on it")
    private @Nullable Integer threads;

    @Override
    public Integer call() {
        PaperExperiment experiment = experiment();
        Mode chosen = mode();
        checkNumbers(experiment);
        List<PaperJob> jobs = jobs(experiment);
        int processors = Runtime.getRuntime().availableProcessors();
        int count = threads == null ? processors : threads;
        boolean isSideBySide = experiment == PaperExperiment.DNC;
        System.setProperty("aligrad.threads", Integer.toString(isSideBySide ? 1 : count));
        if (list) {
            list(experiment, chosen, jobs, isSideBySide ? count : 1);
            return 0;
        }
        return run(
                new Grid.Choices(
                        experiment,
                        chosen,
                        jobs,
                        experiment == PaperExperiment.DNC ? iterations : epochs,
                        subset,
                        source(),
                        seeds),
                isSideBySide ? count : 1);
    }

    /// The options of `aligrad train` that say where the data is.
    private Map<String, String> source() {
        Map<String, String> source = new LinkedHashMap<>();
        if (!data.isEmpty()) {
            source.put("data", data);
        }
        if (embeddings != null) {
            source.put(Embeddings.OPTION, embeddings);
        }
        return source;
    }

    private PaperExperiment experiment() {
        return Arrays.stream(PaperExperiment.values())
                .filter(experiment -> experiment.label().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "%s: the paper has no such experiment; choose %s."
                                                .formatted(
                                                        name,
                                                        Arrays.stream(PaperExperiment.values())
                                                                .map(PaperExperiment::label)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    private Mode mode() {
        return Arrays.stream(Mode.values())
                .filter(known -> known.label().equals(mode))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--mode %s: it must be released or intended."
                                                .formatted(mode)));
    }

    private void checkNumbers(PaperExperiment experiment) {
        boolean isDnc = experiment == PaperExperiment.DNC;
        if (isDnc && epochs != null) {
            throw new UsageException(
                    "--epochs: the DNC has none; shorten its runs with --iterations.");
        }
        if (!isDnc && iterations != null) {
            throw new UsageException(
                    "--iterations: only the DNC counts them; shorten the runs with --epochs.");
        }
        if (isDnc && subset != null) {
            throw new UsageException(
                    "--subset: the data of the DNC is generated; shorten its runs with"
                            + " --iterations.");
        }
        if (isDnc && !data.isEmpty()) {
            throw new UsageException("--data: the data of the DNC is generated; leave it out.");
        }
        if (embeddings != null && experiment != PaperExperiment.SNLI) {
            throw new UsageException("--embeddings: only snli has words; leave the option out.");
        }
        require("epochs", epochs, Integer.MAX_VALUE);
        require("iterations", iterations, Long.MAX_VALUE);
        require("subset", subset, Integer.MAX_VALUE);
        require("seeds", seeds.longValue(), MOST_SEEDS);
        require("threads", threads == null ? null : threads.longValue(), MOST_THREADS);
    }

    private static void require(String option, @Nullable Long value, long most) {
        if (value != null && (value < 1 || value > most)) {
            throw new UsageException(
                    "--%s %d: it must be from 1 to %d.".formatted(option, value, most));
        }
    }

    private List<PaperJob> jobs(PaperExperiment experiment) {
        List<PaperJob> all = experiment.jobs();
        if (job == null) {
            return all;
        }
        boolean[] chosen = new boolean[all.size() + 1];
        for (String part : job.split(",", -1)) {
            Matcher range = RANGE.matcher(part.strip());
            boolean isRange = range.matches();
            int from = isRange ? Integer.parseInt(range.group(1)) : 0;
            int to = isRange && range.group(2) != null ? Integer.parseInt(range.group(2)) : from;
            if (from < 1 || to < from || to > all.size()) {
                throw new UsageException(
                        "--job %s: '%s' must be a number or a range from 1 to %d, such as 1 or 1-3; --list shows the jobs."
                                .formatted(job, part, all.size()));
            }
            Arrays.fill(chosen, from, to + 1, true);
        }
        return all.stream().filter(candidate -> chosen[candidate.number()]).toList();
    }

    private int run(Grid.Choices choices, int together) {
        Path path = out == null ? Path.of("runs", "reproduce-" + name) : out;
        if (path.toString().isEmpty()) {
            throw new UsageException("--out: its value is empty; name a directory.");
        }
        Grid grid = new Grid(path, choices);
        System.out.println(grid.announcement());
        boolean isDone = grid.run(together);
        if (grid.refusals().size() == choices.jobs().size() * choices.seeds()) {
            throw grid.refusals().getFirst();
        }
        Comparison comparison = Comparison.of(List.of(path));
        comparison.write(path);
        System.out.println();
        System.out.println(comparison.summary());
        System.out.println("Report: " + path.resolve(Comparison.PAGE));
        if (!grid.refusals().isEmpty()) {
            throw grid.refusals().getFirst();
        }
        if (!isDone) {
            System.out.printf(
                    "Interrupted; what was computed is kept. Continue with the same command:%n "
                            + " %s%n",
                    "./aligrad " + commandLine(path));
            return INTERRUPTED;
        }
        return 0;
    }

    /// This command, ready for a shell.
    private String commandLine(Path path) {
        List<String> words = new ArrayList<>(List.of("reproduce", name));
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        options.put("--job", job);
        options.put("--mode", mode);
        options.put("--epochs", epochs);
        options.put("--iterations", iterations);
        options.put("--subset", subset);
        options.put("--data", data.isEmpty() ? null : data);
        options.put("--embeddings", embeddings);
        options.put("--seeds", seeds);
        options.put("--threads", threads);
        options.put("--out", path);
        options.forEach(
                (option, value) -> {
                    if (value != null) {
                        words.add(option);
                        words.add(RunDirectory.quoted(value.toString()));
                    }
                });
        return String.join(" ", words);
    }

    private void list(PaperExperiment experiment, Mode chosen, List<PaperJob> jobs, int together) {
        Map<String, Double> perSample = new LinkedHashMap<>();
        Set<String> untimed = new LinkedHashSet<>();
        List<Map<String, String>> rows = new ArrayList<>();
        double total = 0;
        boolean needsData = experiment != PaperExperiment.DNC && data.isEmpty();
        for (PaperJob listed : jobs) {
            Map<String, String> row = new LinkedHashMap<>();
            row.put("job", Integer.toString(listed.number()));
            row.putAll(listed.hyperParameters());
            String time = "-";
            if (!needsData) {
                String key = listed.data() + " " + listed.model();
                if (!perSample.containsKey(key)) {
                    try {
                        perSample.put(key, Trial.secondsPerSample(listed, chosen, source()));
                    } catch (UsageException e) { // such as one of two data sets is not there
                        perSample.put(key, Double.NaN);
                        untimed.add("Not timed: " + e.getMessage());
                    }
                }
                double seconds =
                        perSample.getOrDefault(key, Double.NaN) * samples(experiment, listed);
                if (seconds > 0) {
                    total += seconds * seeds;
                    time = ProgressBar.duration(seconds);
                }
            }
            row.put("time here", time);
            rows.add(row);
        }
        System.out.println(experiment.title() + ", mode " + chosen.label() + ".");
        Map<String, String> shared = Table.shared(rows);
        List.of("job", "time here").forEach(shared::remove);
        System.out.println(
                "All jobs: "
                        + shared.entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining(", "))
                        + ".");
        System.out.println();
        System.out.print(Table.ofDifferences(rows, List.of("job", "time here")).text());
        System.out.println();
        if (needsData) {
            System.out.println("Name the data with --data to see how long the jobs would take.");
        } else if (total > 0) {
            System.out.printf(
                    "Time of a run of each, from %s; all of it, %s of each job and %s at a time:"
                            + " about %s.%n",
                    Trial.description(experiment),
                    Count.of(seeds, "run"),
                    Count.of(together, "run"),
                    ProgressBar.duration(total / together));
        }
        untimed.forEach(System.out::println);
        experiment.slips().forEach(System.out::println);
    }

    private double samples(PaperExperiment experiment, PaperJob listed) {
        if (experiment == PaperExperiment.DNC) {
            long count = iterations == null ? listed.length() : iterations;
            return (double) count * listed.batch();
        }
        long count = epochs == null ? listed.length() : epochs;
        return (double) count * (subset == null ? experiment.samples() : subset);
    }
}
