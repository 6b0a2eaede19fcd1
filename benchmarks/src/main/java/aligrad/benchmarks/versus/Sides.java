package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The options of all commands that start sides in processes of their own.
final class Sides {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "threads that compute on each side (default: 1)")
    private int threads = 1;

    @Option(
            names = "--logs",
            paramLabel = "DIR",
            description =
                    "where messages of the sides are written (default: benchmarks/target/versus)")
    private @Nullable Path logs;

    /// Threads of each side.
    ///
    /// @throws BenchException if there are none
    int threads() {
        if (threads < 1) {
            throw BenchException.usage("--threads " + threads + ": it must be at least 1.");
        }
        return threads;
    }

    /// The cases that `--only` names.
    ///
    /// @throws BenchException if there is none of a name
    static List<Case> cases(List<String> only) {
        try {
            return only.stream().flatMap(name -> Cases.named(name).stream()).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw BenchException.usage("--only " + e.getMessage() + ".");
        }
    }

    /// Aligrad's root folder, where the sources of the peers are; the launcher tells it.
    ///
    /// @throws BenchException if this was not started by the launcher
    Path home() {
        String home = System.getProperty("aligrad.home");
        if (home == null) {
            String name = command.name();
            throw BenchException.failure(
                    "bench %s needs Aligrad's sources: run it as ./aligrad bench %s."
                            .formatted(name, name));
        }
        return Path.of(home);
    }

    /// The folder of the messages, which is made where it is missing.
    Path logs() {
        try {
            return Files.createDirectories(
                    logs == null ? home().resolve("benchmarks/target/versus") : logs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
