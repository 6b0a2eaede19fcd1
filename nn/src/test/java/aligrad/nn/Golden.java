package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.autograd.Gradients;
import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;
import aligrad.tensor.io.SafeTensors;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A case of golden values: inputs, options, and what PyTorch made of them. The names are explained
/// in `GOLDEN.md` beside the files.
record Golden(SafeTensors file, String name, Map<String, String> options) {

    /// In `F64`, for numbers and gradients alike: relative to the number, or to 1 if that is
    /// larger. Both sides round some hundred operations at 1e-16 each.
    private static final double TOLERANCE = 1e-11;

    private static final Pattern OPTION =
            Pattern.compile("\"(\\w+)\": (\"[^\"]*\"|\\[[^\\]]*\\]|[^,}]*)");

    /// The cases of `golden/NAME.safetensors`.
    static List<Golden> cases(String name) {
        SafeTensors file = open(name);
        List<Golden> cases = new ArrayList<>();
        file.metadata()
                .forEach(
                        (key, json) -> {
                            Map<String, String> options = new HashMap<>();
                            Matcher matcher = OPTION.matcher(json);
                            while (matcher.find()) {
                                options.put(matcher.group(1), matcher.group(2).replace("\"", ""));
                            }
                            cases.add(new Golden(file, key, options));
                        });
        assertThat(cases).isNotEmpty();
        return cases;
    }

    static SafeTensors open(String name) {
        URL url = Golden.class.getResource("golden/" + name + ".safetensors");
        assertThat(url).as(name).isNotNull();
        try {
            return SafeTensors.open(Path.of(url.toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    String op() {
        return options.get("op");
    }

    boolean is(String option) {
        return Boolean.parseBoolean(options.get(option));
    }

    int integer(String option) {
        return Integer.parseInt(options.get(option));
    }

    double number(String option) {
        return Double.parseDouble(options.get(option));
    }

    String text(String option) {
        return options.get(option);
    }

    boolean has(String tensor) {
        return file.names().contains(name + "/" + tensor);
    }

    Tensor tensor(String tensor) {
        return file.tensor(name + "/" + tensor);
    }

    /// The lengths of sequences under this name, or `null`.
    int[] lengths(String tensor) {
        if (!has(tensor)) {
            return null;
        }
        return Arrays.stream(tensor(tensor).toLongArray()).mapToInt(i -> (int) i).toArray();
    }

    /// All tensors under `prefix/`, by the rest of their name.
    Map<String, Tensor> group(String prefix) {
        Map<String, Tensor> group = new HashMap<>();
        String start = name + "/" + prefix + "/";
        for (String full : file.names()) {
            if (full.startsWith(start)) {
                group.put(full.substring(start.length()), file.tensor(full));
            }
        }
        return group;
    }

    /// `input0`, `input1`, …; those that have a gradient are tracked.
    Tensor[] inputs() {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; has("input" + i); i++) {
            Tensor input = tensor("input" + i);
            inputs.add(has("grad" + i) ? input.track() : input);
        }
        return inputs.toArray(Tensor[]::new);
    }

    /// Compares results, gradients and products with the Hessian.
    void check(Function<Tensor[], Tensor[]> f) {
        check(f, Map.of());
    }

    /// The same, also for the gradients of parameters by their golden names.
    void check(Function<Tensor[], Tensor[]> f, Map<String, Parameter> parameters) {
        Tensor[] inputs = inputs();
        Tensor[] outputs = f.apply(inputs);
        Tensor weighted = null;
        for (int i = 0; i < outputs.length; i++) {
            String number = has("output") ? "" : String.valueOf(i);
            assertClose(outputs[i], tensor("output" + number), "output" + number);
            if (has("cotangent" + number)) {
                Tensor term = outputs[i].dot(tensor("cotangent" + number));
                weighted = weighted == null ? term : weighted.add(term);
            }
        }
        if (weighted == null) {
            return;
        }
        Gradients gradients = Gradients.recorded(weighted);
        Tensor slope = null;
        for (int i = 0; i < inputs.length; i++) {
            if (has("grad" + i)) {
                Tensor expected = tensor("grad" + i);
                Tensor found =
                        gradients
                                .find(inputs[i])
                                .orElse(Tensor.full(0, DType.F64, expected.shape().toArray()));
                assertClose(found, expected, "grad" + i);
                if (has("v" + i)) {
                    Tensor term = found.dot(tensor("v" + i));
                    slope = slope == null ? term : slope.add(term);
                }
            }
        }
        parameters.forEach(
                (path, parameter) ->
                        assertClose(
                                gradients.of(parameter),
                                tensor("gradients/" + path),
                                "gradient of " + path));
        if (slope != null) {
            Gradients second = Gradients.of(slope);
            for (int i = 0; i < inputs.length; i++) {
                if (has("hvp" + i)) {
                    assertClose(second.wrt(inputs[i]), tensor("hvp" + i), "hvp" + i);
                }
            }
        }
    }

    /// Compares with a tensor of the case.
    void assertClose(Tensor actual, Tensor expected, String what) {
        assertThat(actual.shape()).as("%s: shape of %s", name, what).isEqualTo(expected.shape());
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            double allowed = TOLERANCE * Math.max(1, Math.abs(e[i]));
            assertThat(Math.abs(a[i] - e[i]))
                    .as("%s: %s[%d] is %s, expected %s", name, what, i, a[i], e[i])
                    .isLessThanOrEqualTo(allowed);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
