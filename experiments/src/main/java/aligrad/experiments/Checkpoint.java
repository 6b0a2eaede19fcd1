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
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// The saved state of a run: `model-N.safetensors`, `optimizer-N.safetensors`, and `state.json`,
/// which names them.
///
/// `state.json` is written last and renamed into place, so whenever the program dies there is a
/// whole checkpoint, the new one or the one before.
final class Checkpoint {

    private static final String STATE = "state.json";

    /// The names that are given here, so that a damaged checkpoint leads to no other folder.
    private static final Pattern FILE_NAME =
            Pattern.compile("(model|optimizer)-\\d+\\.safetensors");

    private final Path path;

    Checkpoint(Path path) {
        this.path = path;
    }

    /// Where a run stood.
    ///
    /// @param iterations how many were done
    /// @param seconds of computing so far
    record Position(long iterations, double seconds) {}

    void save(Module model, Optimizer<?> optimizer, Position position) {
        try {
            Files.createDirectories(path);
            String modelFile = "model-" + position.iterations + ".safetensors";
            String optimizerFile = "optimizer-" + position.iterations + ".safetensors";
            OptimizerState state = optimizer.state();
            SafeTensors.write(path.resolve(modelFile), model.state(), Map.of());
            SafeTensors.write(path.resolve(optimizerFile), state.tensors(), Map.of());
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("iterations", position.iterations);
            json.put("seconds", position.seconds);
            json.put("model", modelFile);
            json.put("optimizer", optimizerFile);
            json.put("optimizer_numbers", state.numbers());
            Map<String, Long> streams = new LinkedHashMap<>();
            model.namedStreams().forEach((name, stream) -> streams.put(name, stream.position()));
            json.put("streams", streams);
            RunDirectory.replace(path.resolve(STATE), JSON.std.asString(json));
            deleteOthers(modelFile, optimizerFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deleteOthers(String modelFile, String optimizerFile) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*.safetensors")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.equals(modelFile) && !name.equals(optimizerFile)) {
                    Files.delete(file);
                }
            }
        }
    }

    /// Loads everything, or changes nothing.
    ///
    /// @throws UsageException if the checkpoint is missing or damaged, with the file and the reason
    Position load(Module model, Optimizer<?> optimizer) {
        Path file = path.resolve(STATE);
        if (!Files.exists(file)) {
            throw new UsageException(
                    "%s is missing: the run ended before its first checkpoint, so start it again with another --out."
                            .formatted(file));
        }
        Map<String, Object> json = readState(file);
        Path modelFile = path.resolve(text(file, json, "model"));
        Path optimizerFile = path.resolve(text(file, json, "optimizer"));
        Map<String, Tensor> weights = read(modelFile);
        Map<String, Tensor> tensors = read(optimizerFile);
        Map<String, Double> numbers = new LinkedHashMap<>();
        map(file, json, "optimizer_numbers")
                .forEach((name, value) -> numbers.put(name, number(file, name, value)));
        Map<Random, Long> positions = new LinkedHashMap<>();
        Map<String, Random> named = model.namedStreams();
        map(file, json, "streams")
                .forEach(
                        (name, value) -> {
                            Random stream = named.get(name);
                            if (stream != null) {
                                positions.put(stream, (long) number(file, name, value));
                            }
                        });
        Position position =
                new Position(
                        (long) number(file, "iterations", json.get("iterations")),
                        number(file, "seconds", json.get("seconds")));
        Map<String, Tensor> before = model.state();
        try {
            model.load(weights);
            optimizer.load(new OptimizerState(tensors, numbers));
        } catch (IllegalArgumentException e) {
            model.load(before); // the model may have fitted where the optimizer did not
            throw new UsageException(path + ": " + e.getMessage(), e);
        }
        positions.forEach(Random::seek);
        return position;
    }

    private static Map<String, Object> readState(Path file) {
        String reason = "it is null";
        try {
            Map<String, Object> json = JSON.std.mapFrom(Files.readString(file));
            if (json != null) {
                return json;
            }
        } catch (IOException e) {
            reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
        throw new UsageException(
                "%s: it is no JSON object, so the checkpoint is damaged: %s."
                        .formatted(file, reason));
    }

    private static Map<String, Tensor> read(Path file) {
        if (!Files.exists(file)) {
            throw new UsageException(file + " is missing, so the checkpoint is damaged.");
        }
        try {
            SafeTensors tensors = SafeTensors.open(file);
            Map<String, Tensor> all = new LinkedHashMap<>();
            for (String name : tensors.names()) {
                all.put(name, tensors.tensor(name));
            }
            return all;
        } catch (FileFormatException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Map<String, Object> map(Path file, Map<String, Object> json, String name) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!(json.get(name) instanceof Map<?, ?> map)) {
            throw new UsageException(file + ": '" + name + "' is missing or no object.");
        }
        map.forEach((key, value) -> values.put(String.valueOf(key), value));
        return values;
    }

    private static String text(Path file, Map<String, Object> json, String name) {
        if (json.get(name) instanceof String text && FILE_NAME.matcher(text).matches()) {
            return text;
        }
        throw new UsageException(file + ": '" + name + "' is missing or no file name.");
    }

    private static double number(Path file, String name, @Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new UsageException(file + ": '" + name + "' is missing or no number.");
    }
}
