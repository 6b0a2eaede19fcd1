package aligrad.experiments;

import aligrad.nn.Module;
import aligrad.optim.Optimizer;
import aligrad.optim.OptimizerState;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.io.FileFormatException;
import aligrad.tensor.io.SafeTensors;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/// The saved state of a run: `model-N.safetensors`, `optimizer-N.safetensors`, and `state.json`,
/// which names them and has their checksums. Where more checkpoints than the last are kept, each
/// has its `state-N.json` as well.
///
/// `state.json` is written last and renamed into place, so whenever the program dies there is a
/// whole checkpoint, the new one or the one before.
final class Checkpoint {

    private static final String STATE = "state.json";

    /// The key of the iteration, and of the optimizer's name, in the files of tensors.
    private static final String ITERATION = "iteration";

    private static final String OPTIMIZER = "optimizer";

    /// The names that are given here: all others in the folder are left alone.
    private static final Pattern FILE_NAME =
            Pattern.compile(
                    "(?:(?:model|optimizer)-(0|[1-9]\\d{0,15})\\.safetensors|state-(0|[1-9]\\d{0,15})\\.json)");

    /// More than any run does, and few enough for a `double` to count them.
    private static final long MOST_ITERATIONS = 1_000_000_000_000_000L;

    /// Thirty years; as nanoseconds they fit into a `long`.
    private static final double MOST_SECONDS = 1e9;

    private final Path path;
    private final int kept;

    Checkpoint(Path path) {
        this(path, 1);
    }

    /// @param kept how many to keep, at least 1
    Checkpoint(Path path, int kept) {
        this.path = path;
        this.kept = kept;
    }

    /// Where a run stood.
    ///
    /// @param iterations how many were done
    /// @param seconds of computing so far
    record Position(long iterations, double seconds) {}

    void save(Module model, Optimizer<?> optimizer, Position position) {
        try {
            Files.createDirectories(path);
            Path modelFile = file("model", position.iterations);
            Path optimizerFile = file("optimizer", position.iterations);
            OptimizerState state = optimizer.state();
            String iteration = Long.toString(position.iterations);
            SafeTensors.write(modelFile, model.state(), Map.of(ITERATION, iteration));
            Map<String, String> metadata = new LinkedHashMap<>();
            metadata.put(ITERATION, iteration);
            metadata.put(OPTIMIZER, state.optimizer());
            SafeTensors.write(optimizerFile, state.tensors(), metadata);
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("iterations", position.iterations);
            json.put("seconds", position.seconds);
            json.put("model", modelFile.getFileName().toString());
            json.put("model_crc32c", checksum(modelFile));
            json.put("optimizer", optimizerFile.getFileName().toString());
            json.put("optimizer_crc32c", checksum(optimizerFile));
            json.put("optimizer_numbers", state.numbers());
            Map<String, Long> streams = new LinkedHashMap<>();
            model.namedStreams().forEach((name, stream) -> streams.put(name, stream.position()));
            json.put("streams", streams);
            String text = JSON.std.asString(json);
            if (kept > 1) {
                RunDirectory.replace(stateFile(position.iterations), text);
            }
            RunDirectory.replace(path.resolve(STATE), text);
            deleteOthers(position.iterations);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String kind, long iterations) {
        return path.resolve(kind + "-" + iterations + ".safetensors");
    }

    private Path stateFile(long iterations) {
        return path.resolve("state-" + iterations + ".json");
    }

    private static String checksum(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(new CheckedOutputStream(OutputStream.nullOutputStream(), crc));
        }
        return "%08x".formatted(crc.getValue());
    }

    /// Leaves this checkpoint and those before it that are to be kept.
    private void deleteOthers(long iterations) throws IOException {
        Map<Path, Long> found = new LinkedHashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Matcher name = FILE_NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    String number = name.group(1) == null ? name.group(2) : name.group(1);
                    found.put(file, Long.valueOf(number));
                }
            }
        }
        NavigableSet<Long> last = new TreeSet<>();
        for (long number : found.values()) {
            if (number < iterations && Files.exists(stateFile(number))) {
                last.add(number);
            }
        }
        while (last.size() > kept - 1) {
            last.pollFirst();
        }
        for (Map.Entry<Path, Long> file : found.entrySet()) {
            boolean isState = file.getKey().equals(stateFile(file.getValue()));
            boolean isKept =
                    last.contains(file.getValue())
                            || file.getValue() == iterations && !(isState && kept == 1);
            if (!isKept) {
                Files.delete(file.getKey());
            }
        }
    }

    /// The checkpoint that is loaded, or where `at` is not null the one of that iteration.
    private Path state(@Nullable Long at) {
        if (at == null || Files.exists(stateFile(at))) {
            return at == null ? path.resolve(STATE) : stateFile(at);
        }
        Path last = path.resolve(STATE);
        if (Files.exists(last)
                && JsonLine.parse(last, 1, TextFile.read(last).text()).get("iterations")
                        instanceof Number number
                && number.longValue() == at) {
            return last;
        }
        throw new UsageException(
                "--at %d: %s has no checkpoint of that iteration; leave the option out, or keep more than one with --keep."
                        .formatted(at, path));
    }

    /// Loads everything, or changes nothing.
    ///
    /// @throws UsageException if the checkpoint is missing or damaged, with the file and the reason
    Position load(Module model, Optimizer<?> optimizer) {
        return load(model, optimizer, null);
    }

    /// Loads the checkpoint of iteration `at`, or the last where that is `null`.
    Position load(Module model, Optimizer<?> optimizer, @Nullable Long at) {
        Path file = state(at);
        if (!Files.exists(file)) {
            throw new UsageException(
                    "%s is missing: the run ended before its first checkpoint, so start it again with another --out."
                            .formatted(file));
        }
        Map<String, Object> json = JsonLine.parse(file, 1, TextFile.read(file).text());
        Position position =
                new Position(
                        whole(file, "iterations", json.get("iterations"), MOST_ITERATIONS),
                        seconds(file, json.get("seconds")));
        SafeTensors modelFile = open(file, json, "model", position.iterations);
        SafeTensors optimizerFile = open(file, json, "optimizer", position.iterations);
        OptimizerState state =
                new OptimizerState(
                        optimizerFile.metadata().getOrDefault(OPTIMIZER, "an unknown optimizer"),
                        tensors(optimizerFile),
                        numbers(file, json));
        Map<Random, Long> positions = positions(file, json, model.namedStreams());
        Map<String, Tensor> weights = tensors(modelFile);
        Map<String, Tensor> before = model.state();
        try {
            model.load(weights);
            optimizer.load(state);
        } catch (IllegalArgumentException e) {
            model.load(before); // the model may have fitted where the optimizer did not
            throw new UsageException(path + ": " + e.getMessage(), e);
        }
        positions.forEach(Random::seek);
        return position;
    }

    /// Opens a file of tensors that is what `state.json` says.
    private SafeTensors open(Path state, Map<String, Object> json, String kind, long iterations) {
        Path file = file(kind, iterations);
        String name = file.getFileName().toString();
        if (!name.equals(json.get(kind))) {
            throw damaged(state, "'%s' is missing or not %s".formatted(kind, name));
        }
        if (!Files.exists(file)) {
            throw new UsageException(file + " is missing, so the checkpoint is damaged.");
        }
        try {
            String checksum = checksum(file);
            String expected = String.valueOf(json.get(kind + "_crc32c"));
            if (!checksum.equals(expected)) {
                throw damaged(
                        file,
                        "its CRC-32C is %s, but that of %s is %s"
                                .formatted(checksum, STATE, expected));
            }
            SafeTensors tensors = SafeTensors.open(file);
            String iteration = String.valueOf(tensors.metadata().get(ITERATION));
            if (!iteration.equals(Long.toString(iterations))) {
                throw damaged(
                        file,
                        "it is of iteration %s, but its name and %s say %d"
                                .formatted(iteration, STATE, iterations));
            }
            return tensors;
        } catch (FileFormatException e) {
            throw new UsageException(e.getMessage() + "; the checkpoint is damaged.", e);
        } catch (UncheckedIOException e) {
            throw TextFile.unreadable(file, TextFile.cause(e));
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        }
    }

    private static Map<String, Tensor> tensors(SafeTensors file) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        try {
            for (String name : file.names()) {
                all.put(name, file.tensor(name));
            }
        } catch (FileFormatException e) {
            throw new UsageException(e.getMessage() + "; the checkpoint is damaged.", e);
        }
        return all;
    }

    private static Map<String, Double> numbers(Path file, Map<String, Object> json) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        map(file, json, "optimizer_numbers")
                .forEach(
                        (name, value) -> {
                            if (!(value instanceof Number number)) {
                                throw damaged(file, "'%s' is no number".formatted(name));
                            }
                            numbers.put(name, number.doubleValue());
                        });
        return numbers;
    }

    private static Map<Random, Long> positions(
            Path file, Map<String, Object> json, Map<String, Random> streams) {
        Map<String, Object> saved = map(file, json, "streams");
        if (!saved.keySet().equals(streams.keySet())) {
            throw damaged(
                    file,
                    "it has the random streams %s, but the model has %s"
                            .formatted(saved.keySet(), streams.keySet()));
        }
        Map<Random, Long> positions = new LinkedHashMap<>();
        streams.forEach(
                (name, stream) ->
                        positions.put(stream, whole(file, name, saved.get(name), Long.MAX_VALUE)));
        return positions;
    }

    private static Map<String, Object> map(Path file, Map<String, Object> json, String name) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!(json.get(name) instanceof Map<?, ?> map)) {
            throw damaged(file, "'%s' is missing or no object".formatted(name));
        }
        map.forEach((key, value) -> values.put(String.valueOf(key), value));
        return values;
    }

    private static long whole(Path file, String name, @Nullable Object value, long most) {
        if ((value instanceof Integer || value instanceof Long)
                && ((Number) value).longValue() >= 0
                && ((Number) value).longValue() <= most) {
            return ((Number) value).longValue();
        }
        throw damaged(
                file, "'%s' is %s, not a whole number from 0 to %d".formatted(name, value, most));
    }

    private static double seconds(Path file, @Nullable Object value) {
        if (value instanceof Number number
                && number.doubleValue() >= 0
                && number.doubleValue() <= MOST_SECONDS) {
            return number.doubleValue();
        }
        throw damaged(
                file,
                "'seconds' is %s, not a number from 0 to %.0f".formatted(value, MOST_SECONDS));
    }

    private static UsageException damaged(Path file, String what) {
        return new UsageException(
                "%s: %s; the checkpoint is damaged, so the run cannot be resumed."
                        .formatted(file, what));
    }
}
