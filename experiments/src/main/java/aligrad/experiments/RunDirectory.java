package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The folder of one run: `config.yaml`, `metrics.jsonl`, `averages.jsonl`, `checkpoint/`, events
/// for TensorBoard, curves, `report.html` and `outcome.json`; where there is a validation set also
/// `best.safetensors` and, at the end, `results.json`.
final class RunDirectory {

    static final String CONFIG = "config.yaml";

    private static final String METRICS = "metrics.jsonl";
    private static final String AVERAGES = "averages.jsonl";
    private static final String OUTCOME = "outcome.json";
    private static final String PATIENCE = "patience";
    private static final String KEEP = "keep";
    private static final String CHECKPOINT = "checkpoint";
    private static final String REPORT = "report.html";

    private final Path path;
    private final Settings settings;
    private final boolean resumed;
    private final String resumeCommand;
    private final @Nullable Long patience;
    private final @Nullable Long keep;
    private final @Nullable Long at;

    private RunDirectory(
            Path path,
            Settings settings,
            boolean resumed,
            String resumeCommand,
            RunOptions options) {
        this.path = path;
        this.settings = settings;
        this.resumed = resumed;
        this.resumeCommand = resumeCommand;
        patience = settings.optionalChangeable(PATIENCE, options.patience);
        keep = settings.optionalChangeable(KEEP, options.keep);
        at = options.at;
        if (patience != null) {
            settings.requireCount(PATIENCE, patience, Integer.MAX_VALUE);
        }
        if (keep != null) {
            settings.requireCount(KEEP, keep, Integer.MAX_VALUE);
        }
    }

    /// Opens the directory of a new run, which must hold nothing that a run writes, or with
    /// `--resume` of one that was interrupted. Nothing is written.
    ///
    /// @param experiment its name; must be the one that the directory was made for
    static RunDirectory open(RunOptions options, String experiment) {
        Path path = options.out == null ? Path.of("runs", experiment) : options.out;
        requirePlace(path);
        String command =
                "./aligrad train %s --out %s --resume%s"
                        .formatted(experiment, quoted(path.toString()), where(options));
        Path config = path.resolve(CONFIG);
        if (!options.resume) {
            requireFree(path);
            if (options.at != null) {
                throw new UsageException(
                        "--at %d: it names a checkpoint to go on from; give --resume as well."
                                .formatted(options.at));
            }
            return new RunDirectory(
                    path, newSettings(options, experiment), false, command, options);
        }
        if (options.config != null) {
            throw new UsageException(
                    "--config %s: the run to resume has its own %s; leave the option out, or start a new run with --out."
                            .formatted(options.config, CONFIG));
        }
        if (!Files.exists(config)) {
            throw new UsageException(
                    "--resume: %s holds no run (it has no %s); name its directory with --out."
                            .formatted(path, CONFIG));
        }
        Map<String, Object> saved = ConfigFile.read(config);
        if (!experiment.equals(saved.get("experiment"))) {
            throw new UsageException(
                    "--resume: %s holds a run of '%s', not of '%s'; name another directory with --out."
                            .formatted(path, saved.get("experiment"), experiment));
        }
        return new RunDirectory(path, new Settings(saved, config), true, command, options);
    }

    /// The options that say what computes, as they were given.
    private static String where(RunOptions options) {
        return (options.device == null ? "" : " --device " + quoted(options.device))
                + (options.precision == null ? "" : " --precision " + quoted(options.precision))
                + (options.deterministic ? " --deterministic" : "");
    }

    private static Settings newSettings(RunOptions options, String experiment) {
        if (options.config == null) {
            return new Settings(Map.of());
        }
        Map<String, Object> wanted = ConfigFile.read(options.config);
        Object name = wanted.getOrDefault("experiment", experiment);
        if (!experiment.equals(name)) {
            throw new UsageException(
                    "--config %s: it is for 'train %s', not for 'train %s'; name another file."
                            .formatted(options.config, name, experiment));
        }
        return Settings.wanted(ConfigFile.besideOptions(wanted, options.command), options.config);
    }

    /// Checks that the directory is there or can be made.
    private static void requirePlace(Path path) {
        if (path.toString().isEmpty()) {
            throw new UsageException("--out: its value is empty; name a directory.");
        }
        Path place = path.toAbsolutePath();
        while (place.getParent() != null && !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            place = place.getParent();
        }
        if (!Files.exists(place)) {
            throw wrongPlace(path, place + " is a link to nothing");
        }
        if (!Files.isDirectory(place)) {
            throw wrongPlace(path, place + " is a file");
        }
        if (!Files.isWritable(place) || !Files.isExecutable(place)) {
            throw wrongPlace(path, "you may not write to " + place);
        }
    }

    private static UsageException wrongPlace(Path path, String reason) {
        return new UsageException(
                "--out %s: %s; name a directory that you may write to.".formatted(path, reason));
    }

    private static void requireFree(Path path) {
        List<String> there = new ArrayList<>();
        for (String name : List.of(CONFIG, METRICS, AVERAGES, OUTCOME, CHECKPOINT, REPORT)) {
            if (Files.exists(path.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                there.add(name);
            }
        }
        for (String name : Report.CURVES) {
            if (Files.exists(path.resolve(name + ".svg"), LinkOption.NOFOLLOW_LINKS)) {
                there.add(name + ".svg");
            }
        }
        if (there.contains(CONFIG)) {
            throw new UsageException(
                    "%s already holds a run; continue it with --resume, or choose another directory with --out."
                            .formatted(path));
        }
        if (!there.isEmpty()) {
            throw new UsageException(
                    "%s already holds %s, which the run would overwrite; choose another directory with --out."
                            .formatted(path, String.join(", ", there)));
        }
    }

    /// The options of this run over those saved here.
    Settings settings() {
        return settings;
    }

    /// Makes the directory of a new run.
    void create() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw wrongPlace(path, TextFile.reason(e));
        }
    }

    /// Writes the configuration, and with it marks the directory as holding a run.
    void write(Map<String, Object> configuration) {
        try {
            ConfigFile.write(path.resolve(CONFIG), configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The command that continues this run.
    String resumeCommand() {
        return resumeCommand;
    }

    /// As a shell reads it.
    static String quoted(String word) {
        return word.matches("[\\w./,:=@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /// Writes a text file under a temporary name and renames it.
    static void replace(Path file, String text) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(temporary, text);
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    Path path() {
        return path;
    }

    boolean isResumed() {
        return resumed;
    }

    Path metrics() {
        return path.resolve(METRICS);
    }

    Path averages() {
        return path.resolve(AVERAGES);
    }

    /// How the run ended.
    Path outcome() {
        return path.resolve(OUTCOME);
    }

    /// How many epochs, or reports where there are no epochs, a run goes on without a better
    /// result; `null` for to the end.
    @Nullable Long patience() {
        return patience;
    }

    /// The settings that are not the experiment's, for the configuration.
    Map<String, Object> ownSettings() {
        Map<String, Object> own = new LinkedHashMap<>();
        if (patience != null) {
            own.put(PATIENCE, patience);
        }
        if (keep != null) {
            own.put(KEEP, keep);
        }
        return own;
    }

    Checkpoint checkpoint() {
        return new Checkpoint(path.resolve(CHECKPOINT), keep == null ? 1 : Math.toIntExact(keep));
    }

    /// The iteration of the checkpoint to resume from; `null` for the last one.
    @Nullable Long at() {
        return at;
    }

    BestModel best() {
        return new BestModel(path.resolve("best.safetensors"));
    }

    /// What the test set says of the best model.
    Path results() {
        return path.resolve("results.json");
    }

    Path report() {
        return path.resolve(REPORT);
    }
}
