package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where Aligrad's sources are, which the peers are built from, and where messages are written.
///
/// @param command of `./aligrad bench` that asks
/// @param chosen folder of the messages; `null`: the usual one among the sources
record Sources(String command, @Nullable Path chosen) {

    /// The root folder, which the launcher tells.
    ///
    /// @throws BenchException if this was not started by the launcher
    Path home() {
        String home = System.getProperty("aligrad.home");
        if (home == null) {
            throw BenchException.failure(
                    "bench %s needs Aligrad's sources%s: run it as ./aligrad bench %s."
                            .formatted(command, chosen == null ? " without --logs" : "", command));
        }
        return Path.of(home);
    }

    /// The folder of the messages, which is made where it is missing.
    Path logs() {
        try {
            return Files.createDirectories(
                    chosen == null ? home().resolve("benchmarks/target/versus") : chosen);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
