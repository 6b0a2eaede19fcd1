package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// The directory that `--data` names, and what must be in it.
///
/// @param path there, and may be read
record DataFolder(Path path) {

    /// Where `aligrad data fetch` puts the data sets, each in a folder of its name.
    static final Path FETCHED = Path.of("data");

    /// @throws UsageException if it is no directory that may be read
    DataFolder {
        if (!Files.isDirectory(path)) {
            throw new UsageException("--data %s: there is no such directory.".formatted(path));
        }
        if (!Files.isExecutable(path)) {
            throw new UsageException(
                    "--data %s: you may not read in it; name a directory that you may read."
                            .formatted(path));
        }
    }

    /// The directory of a data set where the command line names none: the first of these that is
    /// there, or `null`.
    static @Nullable String usual(List<Path> places) {
        return places.stream()
                .filter(Files::isDirectory)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
    }

    /// What an archive unpacks to: the folder of this name where there is one, or this one.
    DataFolder unpacked(String name) {
        Path inner = path.resolve(name);
        return Files.isDirectory(inner) ? new DataFolder(inner) : this;
    }

    boolean has(String name) {
        return Files.isRegularFile(path.resolve(name));
    }

    /// The first of these files that is there.
    ///
    /// @param rule what belongs there, for the message
    /// @throws UsageException if there is none
    Path require(String rule, String... names) {
        return Arrays.stream(names)
                .map(path::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--data %s: it has no file %s; %s."
                                                .formatted(
                                                        path, String.join(" or ", names), rule)));
    }
}
