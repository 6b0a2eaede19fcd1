package aligrad.experiments;

import org.jspecify.annotations.Nullable;
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

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A YAML file of settings: `config.yaml` of a run, and what `--config` names.
///
/// A line `name: value` stands for the option `--name value`. Lines that are no option, such as the
/// checksum of the images, say what the run will compute with, and it is refused where it would not
/// ([Settings#requireSame]).
final class ConfigFile {

    private static final String OPTION = "--config";

    /// Options that name data, and the lines that say what was found in it.
    private static final Set<String> SOURCES = Set.of("data", "embeddings");

    private static final Set<String> FOUND = Set.of("images", "pairs", "words");

    /// Far above any configuration.
    private static final int MOST_CHARACTERS = 10_000;

    private ConfigFile() {}

    /// A command line with the options of the file that its `--config` names behind it, those that
    /// it has itself left out; without `--config` as it is.
    ///
    /// @throws UsageException if the file cannot be read
    static String[] expanded(CommandLine program, String[] args) {
        CommandLine command = program;
        for (String arg : args) {
            CommandLine next = command.getSubcommands().get(arg);
            if (next == null) {
                break;
            }
            command = next;
        }
        String name = file(args);
        if (name == null || command.getCommandSpec().findOption(OPTION) == null) {
            return args;
        }
        List<String> line = new ArrayList<>(List.of(args));
        for (Map.Entry<String, Object> setting : read(path(name)).entrySet()) {
            String option = "--" + setting.getKey();
            OptionSpec spec = command.getCommandSpec().findOption(option);
            if (spec != null
                    && !spec.usageHelp()
                    && !spec.versionHelp()
                    && !isGiven(args, option)) {
                line.add(option + "=" + setting.getValue());
            }
        }
        return line.toArray(new String[0]);
    }

    private static @Nullable String file(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals(OPTION) && i + 1 < args.length) {
                return args[i + 1];
            }
            if (args[i].startsWith(OPTION + "=")) {
                return args[i].substring(OPTION.length() + 1);
            }
        }
        return null;
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new UsageException(
                    "--config %s: it is no path: %s.".formatted(name, e.getReason()), e);
        }
    }

    /// Whether a command line has an option, as `--name value` or `--name=value`.
    static boolean isGiven(String[] args, String option) {
        for (String arg : args) {
            if (arg.equals(option) || arg.startsWith(option + "=")) {
                return true;
            }
        }
        return false;
    }

    /// What a file says besides options: the lines that the command has no option for. What was
    /// found in the data is left out where the command line names other data.
    static Map<String, Object> besideOptions(Map<String, Object> settings, CommandSpec command) {
        Map<String, Object> beside = new LinkedHashMap<>(settings);
        beside.remove("experiment"); // checked already
        settings.forEach(
                (name, value) -> {
                    OptionSpec option = command.findOption("--" + name);
                    if (option == null || option.usageHelp() || option.versionHelp()) {
                        return;
                    }
                    beside.remove(name);
                    Object given = option.getValue();
                    if (SOURCES.contains(name) && !value.toString().equals(String.valueOf(given))) {
                        beside.keySet().removeAll(FOUND);
                    }
                });
        return beside;
    }

    /// The settings in their order.
    ///
    /// @throws UsageException with file and line if it is damaged
    static Map<String, Object> read(Path config) {
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

    /// Writes settings in their order.
    static void write(Path file, Map<String, Object> settings) throws IOException {
        DumpSettings block = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        RunDirectory.replace(file, new Dump(block).dumpToString(settings));
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
}
