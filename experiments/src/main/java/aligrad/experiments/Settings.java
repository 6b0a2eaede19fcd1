package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Options of the command line over those of the run that is resumed: what was not given is as it
/// was, and what was given must be what it was. A run that is resumed must have every setting.
final class Settings {

    private final Map<String, Object> saved;
    private final Path file;
    private final Map<String, Object> wanted;
    private final Set<String> changeable = new TreeSet<>();

    /// @param saved the run's `config.yaml`; empty for a new run
    Settings(Map<String, Object> saved) {
        this(saved, Path.of(RunDirectory.CONFIG));
    }

    /// @param file where `saved` is from
    Settings(Map<String, Object> saved, Path file) {
        this(saved, Map.of(), file);
    }

    private Settings(Map<String, Object> saved, Map<String, Object> wanted, Path file) {
        this.saved = saved;
        this.wanted = wanted;
        this.file = file;
    }

    /// Those of a new run that takes what it is not told from a file.
    ///
    /// @param wanted what the file has
    static Settings wanted(Map<String, Object> wanted, Path file) {
        return new Settings(Map.of(), wanted, file);
    }

    String text(String name, @Nullable String given, String otherwise) {
        String value = text(name, given);
        return value == null ? otherwise : value;
    }

    @Nullable String text(String name, @Nullable String given) {
        if (saved.isEmpty()) {
            return given;
        }
        String value = before(name).toString();
        if (given != null && !isSame(given, value)) {
            throw new UsageException(
                    "--%s %s: the run to resume was started with %s; leave the option out, or start a new run with --out."
                            .formatted(name, given, value));
        }
        return value;
    }

    private Object before(String name) {
        Object before = saved.get(name);
        if (before == null) {
            throw new UsageException(
                    "%s: it lacks '%s', so the run cannot be resumed; add the line '%s: VALUE' as the run was started."
                            .formatted(file, name, name));
        }
        return before;
    }

    @Nullable Double number(String name, @Nullable Double given) {
        String value = text(name, given == null ? null : given.toString());
        try {
            return value == null ? null : Double.valueOf(value);
        } catch (NumberFormatException e) {
            throw wrong(name, value, "it must be a number");
        }
    }

    long whole(String name, @Nullable Long given, long otherwise) {
        String value = text(name, given == null ? null : given.toString());
        return value == null ? otherwise : whole(name, value);
    }

    /// A setting that may be another one after a resume, such as the number of iterations.
    long changeable(String name, @Nullable Long given, long otherwise) {
        changeable.add(name);
        if (saved.isEmpty()) {
            return given == null ? otherwise : given;
        }
        long before = whole(name, before(name));
        return given == null ? before : given;
    }

    /// A setting that may be absent, of the run to resume as well; if it has none, none may be
    /// given.
    @Nullable String optional(String name, @Nullable String given) {
        if (saved.isEmpty() || saved.containsKey(name)) {
            return text(name, given);
        }
        if (given != null) {
            throw new UsageException(
                    "--%s %s: the run to resume was started without it; leave the option out, or start a new run with --out."
                            .formatted(name, given));
        }
        return null;
    }

    /// A setting that may be absent, and that may be another one after a resume.
    @Nullable Long optionalChangeable(String name, @Nullable Long given) {
        changeable.add(name);
        Object before = saved.get(name);
        if (given != null || before == null) {
            return given;
        }
        return whole(name, before);
    }

    /// Refuses to resume where what was found is not what the run was started with.
    ///
    /// @param source what the user named, such as an option with its value
    void requireSame(String name, String found, String source) {
        Object before = saved.get(name);
        if (before != null && !before.toString().equals(found)) {
            throw new UsageException(
                    "%s: the %s there are not those of the run to resume; they were %s, now they are %s."
                            .formatted(source, name, before, found));
        }
    }

    private long whole(String name, Object value) {
        try {
            return Long.parseLong(value.toString());
        } catch (NumberFormatException e) {
            throw wrong(name, value, "it must be a whole number");
        }
    }

    /// A value that cannot be: names the option, or the file if the value is from there.
    ///
    /// @param rule what is wrong or would be right, such as `it must be at least 1`
    UsageException wrong(String name, Object value, String rule) {
        Object before = saved.get(name);
        return before == null || !before.toString().equals(value.toString())
                ? new UsageException("--%s %s: %s.".formatted(name, value, rule))
                : new UsageException("%s, %s: %s: %s.".formatted(file, name, value, rule));
    }

    /// The path of a directory that a setting names.
    Path directory(String name, String folder) {
        if (folder.isEmpty()) {
            throw new UsageException("--%s: its value is empty; name a directory.".formatted(name));
        }
        try {
            return Path.of(folder);
        } catch (InvalidPathException e) {
            throw wrong(name, folder, "it is no path: " + e.getReason());
        }
    }

    /// Checks that a setting names a file that is there.
    void file(String name, String path) {
        try {
            if (!path.isEmpty() && Files.isRegularFile(Path.of(path))) {
                return;
            }
        } catch (InvalidPathException e) {
            throw wrong(name, path, "it is no path: " + e.getReason());
        }
        throw wrong(name, path, "there is no such file");
    }

    /// Refuses a number that is not from 1 to `most` of these things.
    ///
    /// @param things in the plural, for the message
    void requireCount(String name, long value, int most, String things) {
        if (value < 1 || value > most) {
            throw wrong(name, value, "it must be from 1 to %d %s".formatted(most, things));
        }
    }

    /// Refuses a number that is not from 1 to `most`, the images there are, or [Integer#MAX_VALUE].
    void requireCount(String name, long value, int most) {
        if (value < 1 || value > most) {
            throw wrong(
                    name,
                    value,
                    most == Integer.MAX_VALUE
                            ? "it must be from 1 to " + most
                            : "there are only %s for training, so it must be from 1 to %d"
                                    .formatted(Count.of(most, "image"), most));
        }
    }

    /// Checks that the run to resume has the settings that it will be computed with, so that none
    /// of its file is overwritten that was not asked for.
    void requireSame(Map<String, Object> configuration) {
        requireWanted(configuration);
        if (saved.isEmpty()) {
            return;
        }
        configuration.forEach(
                (name, value) -> {
                    Object before = before(name);
                    if (!changeable.contains(name)
                            && !isSame(before.toString(), value.toString())) {
                        throw wrong(
                                name,
                                before,
                                "this run computes with %s; start a new run with --out for another"
                                        .formatted(value));
                    }
                });
        for (String name : saved.keySet()) {
            if (!configuration.containsKey(name)) {
                throw new UsageException(
                        "%s: this run has no setting '%s'; remove the line.".formatted(file, name));
            }
        }
    }

    /// Checks that a new run computes with what its file says, where no option says otherwise.
    private void requireWanted(Map<String, Object> configuration) {
        wanted.forEach(
                (name, value) -> {
                    Object found = configuration.get(name);
                    if (found == null) {
                        throw new UsageException(
                                "%s: this run has no setting '%s'; remove the line."
                                        .formatted(file, name));
                    }
                    if (!isSame(found.toString(), value.toString())) {
                        throw new UsageException(
                                "%s, %s: %s: this run computes with %s; remove or change the line."
                                        .formatted(file, name, value, found));
                    }
                });
    }

    /// Whether two texts are the same, or the same number.
    static boolean isSame(String a, String b) {
        if (a.equals(b)) {
            return true;
        }
        try {
            return Double.parseDouble(a) == Double.parseDouble(b);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
