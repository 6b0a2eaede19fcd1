package aligrad.experiments;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How a run ended, as in its `outcome.json`; the file is away while it runs.
///
/// @param iterations how many were done
/// @param total how many there were to do
/// @param message a sentence or two for a reader
record Outcome(Status status, long iterations, long total, double seconds, String message) {

    /// Why there were no more iterations.
    enum Status {
        /// All were done.
        FINISHED,
        /// The patience for a better result was over.
        STOPPED_EARLY,
        /// Losses or gradients were not finite.
        FAILED,
        /// Somebody ended it; it can be resumed.
        INTERRUPTED;

        /// As in the file, such as `stopped early`.
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    void write(Path file) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status", status.label());
        json.put("iterations", iterations);
        json.put("total", total);
        json.put("seconds", seconds);
        json.put("message", message);
        try {
            RunDirectory.replace(file, JSON.std.asString(json) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a run wrote; empty where it has not ended, or was killed.
    ///
    /// @throws UsageException if the file is damaged
    static Optional<Outcome> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Map<String, Object> json = JsonLine.parse(file, 1, TextFile.read(file).text());
        Status status =
                Arrays.stream(Status.values())
                        .filter(s -> s.label().equals(json.get("status")))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        TextFile.damaged(
                                                file, 1, "'status' is " + json.get("status")));
        return Optional.of(
                new Outcome(
                        status,
                        number(file, json, "iterations").longValue(),
                        number(file, json, "total").longValue(),
                        number(file, json, "seconds").doubleValue(),
                        String.valueOf(json.get("message"))));
    }

    private static Number number(Path file, Map<String, Object> json, String name) {
        if (json.get(name) instanceof Number number) {
            return number;
        }
        throw TextFile.damaged(file, 1, "'%s' is missing or no number".formatted(name));
    }
}
