package aligrad.experiments;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

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

/// The folder of one run: `config.yaml`, `metrics.jsonl`, `checkpoint/`, curves and `report.html`;
/// where there is a validation set also `best.safetensors` and, at the end, `results.json`.
final class RunDirectory {

    static final String CONFIG = "config.yaml";

    private static final String METRICS = "metrics.jsonl";
    private static final String CHECKPOINT = "checkpoint";
    private static final String REPORT = "report.html";

    /// Far above any configuration.
    private static final int MOST_CHARACTERS = 10_000;

    private final Path path;
    private final Settings settings;
    private final boolean resumed;
    private final String resumeCommand;

    private RunDirectory(Path path, Settings settings, boolean resumed, String resumeCommand) {
        this.path = path;
        this.settings = settings;
        this.resumed = resumed;
        this.resumeCommand = resumeCommand;
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
                        .formatted(
                                experiment,
                                quoted(path.toString()),
                                options.device == null
                                        ? ""
                                        : " --device " + quoted(options.device));
        Path config = path.resolve(CONFIG);
        if (!options.resume) {
            requireFree(path);
            return new RunDirectory(path, new Settings(Map.of(), config), false, command);
        }
        if (!Files.exists(config)) {
            throw new UsageException(
                    "--resume: %s holds no run (it has no %s); name its directory with --out."
                            .formatted(path, CONFIG));
        }
        Map<String, Object> saved = read(config);
        if (!experiment.equals(saved.get("experiment"))) {
            throw new UsageException(
                    "--resume: %s holds a run of '%s', not of '%s'; name another directory with --out."
                            .formatted(path, saved.get("experiment"), experiment));
        }
        return new RunDirectory(path, new Settings(saved, config), true, command);
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
        for (String name : List.of(CONFIG, METRICS, CHECKPOINT, REPORT)) {
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

    private static Map<String, Object> read(Path config) {
        String text = TextFile.read(config).text();
        LoadSettings loading = LoadSettings.builder().setCodePointLimit(MOST_CHARACTERS).build();
        Map<String, Object> values = new LinkedHashMap<>();
        Object yaml;
        try {
            requireFlat(config, new Parse(loading).parseString(text));
            yaml = new Load(loading).loadFromString(text);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw TextFile.damaged(config, line, "it is no YAML: " + e.getProblem(), e);
        } catch (ReaderException e) {
            int end = text.offsetByCodePoints(0, e.getPosition());
            long line = 1 + text.substring(0, end).chars().filter(c -> c == '\n').count();
            throw TextFile.damaged(
                    config, line, "a character U+%04X is no YAML".formatted(e.getCodePoint()), e);
        } catch (YamlEngineException e) {
            throw TextFile.damaged(
                    config,
                    1,
                    "it is no YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
        if (!(yaml instanceof Map<?, ?> map)) {
            throw TextFile.damaged(config, 1, "it must be a list of 'name: value' lines");
        }
        map.forEach(
                (name, value) -> {
                    if (!(value instanceof String
                            || value instanceof Number
                            || value instanceof Boolean)) {
                        throw new UsageException(
                                "%s: '%s' must be one text or number; the file is damaged, so the run cannot be resumed."
                                        .formatted(config, name));
                    }
                    values.put(String.valueOf(name), value);
                });
        return values;
    }

    /// Names and values only: lists within lists could exhaust the stack of what builds them.
    private static void requireFlat(Path config, Iterable<Event> events) {
        int collections = 0;
        for (Event event : events) {
            if (event instanceof CollectionStartEvent && ++collections > 1) {
                int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
                throw TextFile.damaged(config, line, "a value must be one text or number");
            }
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
            String yaml =
                    new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
                            .dumpToString(configuration);
            replace(path.resolve(CONFIG), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The command that continues this run.
    String resumeCommand() {
        return resumeCommand;
    }

    /// As a shell reads it.
    private static String quoted(String word) {
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

    Checkpoint checkpoint() {
        return new Checkpoint(path.resolve(CHECKPOINT));
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
