package aligrad.autograd;

import aligrad.tensor.Tensor;
import aligrad.tensor.io.SafeTensors;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A case of the golden values that `backends/conformance` keeps: an operation with options, its
/// inputs and what PyTorch makes of them. `GOLDEN.md` beside the files says how they are named.
record GoldenCase(SafeTensors file, String name, String options) {

    /// All cases of a file.
    static Stream<GoldenCase> of(String family) {
        SafeTensors file = open("/aligrad/backends/conformance/golden/" + family + ".safetensors");
        return file.metadata().entrySet().stream()
                .map(e -> new GoldenCase(file, e.getKey(), e.getValue()));
    }

    private static SafeTensors open(String resource) {
        try (InputStream in =
                Objects.requireNonNull(GoldenCase.class.getResourceAsStream(resource), resource)) {
            Path copy = Files.createTempFile("golden", ".safetensors");
            copy.toFile().deleteOnExit();
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return SafeTensors.open(copy);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + resource, e);
        }
    }

    boolean has(String tensor) {
        return file.names().contains(name + "/" + tensor);
    }

    Tensor tensor(String tensor) {
        return file.tensor(name + "/" + tensor);
    }

    /// `prefix0`, `prefix1`, … as far as there are any; or `prefix` alone.
    List<Tensor> tensors(String prefix) {
        if (has(prefix)) {
            return List.of(tensor(prefix));
        }
        return Stream.iterate(0, i -> has(prefix + i), i -> i + 1)
                .map(i -> tensor(prefix + i))
                .toList();
    }

    String text(String key) {
        return Objects.requireNonNull(find(key), key).replace("\"", "");
    }

    double number(String key) {
        return Double.parseDouble(text(key));
    }

    int whole(String key) {
        return Integer.parseInt(text(key));
    }

    boolean is(String key) {
        return Boolean.parseBoolean(find(key));
    }

    int[] list(String key) {
        String inside = text(key).replaceAll("[\\[\\] ]", "");
        return inside.isEmpty()
                ? new int[0]
                : Arrays.stream(inside.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    boolean hasOption(String key) {
        return find(key) != null;
    }

    private @Nullable String find(String key) {
        Matcher m =
                Pattern.compile("\"" + key + "\": (\"[^\"]*\"|\\[[^]]*]|[^,}]*)").matcher(options);
        return m.find() ? m.group(1) : null;
    }

    @Override
    public String toString() {
        return name + " " + options;
    }
}
