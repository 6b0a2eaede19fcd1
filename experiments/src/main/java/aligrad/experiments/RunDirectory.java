package aligrad.experiments;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/// The folder of one run: `config.yaml`, `metrics.jsonl`, `checkpoint/`, curves and `report.html`;
/// where there is a validation set also `best.safetensors` and, at the end, `results.json`.
final class RunDirectory {

    private static final String CONFIG = "config.yaml";

    private final Path path;
    private final Map<String, Object> saved;
    private final boolean resumed;

    private RunDirectory(Path path, Map<String, Object> saved, boolean resumed) {
        this.path = path;
        this.saved = saved;
        this.resumed = resumed;
    }

    /// Opens the directory of a new run, which must not hold one, or with `--resume` of one that
    /// was interrupted.
    ///
    /// @param experiment its name; must be the one that the directory was made for
    static RunDirectory open(RunOptions options, String experiment) {
        Path path = options.out == null ? Path.of("runs", experiment) : options.out;
        Path config = path.resolve(CONFIG);
        boolean exists = Files.exists(config);
        if (!options.resume) {
            if (exists) {
                throw new UsageException(
                        "%s already holds a run; continue it with --resume, or choose another directory with --out."
                                .formatted(path));
            }
            return new RunDirectory(path, Map.of(), false);
        }
        if (!exists) {
            throw new UsageException(
                    "--resume: %s holds no run (it has no %s); name its directory with --out."
                            .formatted(path, CONFIG));
        }
        Map<String, Object> saved = read(config);
        if (!experiment.equals(saved.get("experiment"))) {
            throw new UsageException(
                    "--resume: %s holds a run of '%s', not of '%s'."
                            .formatted(path, saved.get("experiment"), experiment));
        }
        return new RunDirectory(path, saved, true);
    }

    private static Map<String, Object> read(Path config) {
        Map<String, Object> values = new LinkedHashMap<>();
        try {
            Object yaml =
                    new Load(LoadSettings.builder().build())
                            .loadFromString(Files.readString(config));
            if (!(yaml instanceof Map<?, ?> map)) {
                throw new UsageException(config + ": it must be a list of 'name: value' lines.");
            }
            map.forEach((name, value) -> values.put(String.valueOf(name), value));
            return values;
        } catch (YamlEngineException e) {
            throw new UsageException(
                    config
                            + ": it is no YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The options of this run over those saved here.
    Settings settings() {
        return new Settings(saved);
    }

    /// Writes the configuration, and with it marks the directory as holding a run.
    void write(Map<String, Object> configuration) {
        try {
            Files.createDirectories(path);
            String yaml =
                    new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
                            .dumpToString(configuration);
            replace(path.resolve(CONFIG), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        return path.resolve("metrics.jsonl");
    }

    Checkpoint checkpoint() {
        return new Checkpoint(path.resolve("checkpoint"));
    }

    BestModel best() {
        return new BestModel(path.resolve("best.safetensors"));
    }

    /// What the test set says of the best model.
    Path results() {
        return path.resolve("results.json");
    }

    Path report() {
        return path.resolve("report.html");
    }
}
