package aligrad.nn;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A part of a model: parameters that are learned, buffers that belong to its state, random streams
/// it draws from, and smaller modules it is made of, all by name.
///
/// A subclass registers what it holds when it is constructed, and has a method `forward` with the
/// arguments it needs; a module from one tensor to one is a [Layer].
///
/// ```java
/// final class Classifier extends Module {
///     private final Linear hidden = child("hidden", new Linear(784, 128, random));
///     private final Linear scores = child("scores", new Linear(128, 10, random));
///
///     Tensor forward(Tensor x) {
///         return scores.forward(hidden.forward(x).relu());
///     }
/// }
/// ```
///
/// A path is the names from the root down, joined with dots, such as `hidden.weight`. Registering a
/// module gives its parameters and buffers their path as name. What is registered twice, because
/// weights are shared, counts once, under the path that comes first.
public abstract class Module {

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private final Map<String, Random> streams = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;
    private String name = "";
    private @Nullable Location location;

    /// The path of this module inside the layer `outer`, kept because joining them at every call
    /// would cost more than a small layer does.
    private record Location(String outer, String path) {}

    /// Registers a parameter with these numbers as its initial value, in the type of [Precision].
    ///
    /// @throws IllegalArgumentException if the name is taken, empty, or contains a dot
    protected final Parameter parameter(String name, Tensor initial) {
        requireFree(name);
        Parameter parameter = new Parameter(name, Precision.convert(initial));
        parameters.put(name, parameter);
        return parameter;
    }

    /// Registers a buffer with these numbers as its initial value; floating numbers take the type
    /// of [Precision].
    ///
    /// @throws IllegalArgumentException if the name is taken, empty, or contains a dot
    protected final Buffer buffer(String name, Tensor initial) {
        requireFree(name);
        Buffer buffer = new Buffer(name, Precision.convert(initial));
        buffers.put(name, buffer);
        return buffer;
    }

    /// Registers a random stream, so that checkpoints save where it stands.
    ///
    /// @throws IllegalArgumentException if the name is taken, empty, or contains a dot
    protected final Random stream(String name, Random stream) {
        requireFree(name);
        streams.put(name, stream);
        return stream;
    }

    /// Registers a module as a part of this one.
    ///
    /// @throws IllegalArgumentException if the name is taken, empty, or contains a dot
    protected final <M extends Module> M child(String name, M module) {
        requireFree(name);
        Module part = module;
        if (part.name.isEmpty()) {
            part.name = name;
        }
        children.put(name, module);
        namedParameters().forEach((path, parameter) -> parameter.rename(path));
        namedBuffers().forEach((path, buffer) -> buffer.rename(path));
        return module;
    }

    private void requireFree(String name) {
        if (name.isEmpty() || name.contains(".")) {
            throw new IllegalArgumentException(
                    "register '"
                            + name
                            + "' in "
                            + this
                            + ": a name must not be empty, and a dot separates names in a path");
        }
        if (parameters.containsKey(name)
                || buffers.containsKey(name)
                || streams.containsKey(name)
                || children.containsKey(name)) {
            throw new IllegalArgumentException(
                    "register '" + name + "' in " + this + ": the name is taken; choose another");
        }
    }

    /// Runs `body` as this layer: shape errors and the memory statistics then name its path.
    ///
    /// That costs some 100 ns, which is nothing for a layer but would count for a step of a small
    /// recurrent cell, so recurrent modules do it once around all steps.
    protected final <T extends @Nullable Object> T inLayer(Supplier<T> body) {
        if (name.isEmpty()) {
            return body.get();
        }
        String outer = Recording.layer();
        Location known = location;
        if (known == null || !known.outer.equals(outer)) {
            known = new Location(outer, join(outer, name));
            location = known;
        }
        return Recording.inLayer(known.path, body);
    }

    /// All parameters: its own in the order of registration, then those of its parts.
    public final List<Parameter> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /// All parameters by path, in the order of [#parameters()].
    public final Map<String, Parameter> namedParameters() {
        Map<String, Parameter> found = new LinkedHashMap<>();
        Set<Object> seen = newIdentitySet();
        visit("", (path, module) -> collect(path, module.parameters, seen, found));
        return Collections.unmodifiableMap(found);
    }

    /// All buffers by path, in the same order.
    public final Map<String, Buffer> namedBuffers() {
        Map<String, Buffer> found = new LinkedHashMap<>();
        Set<Object> seen = newIdentitySet();
        visit("", (path, module) -> collect(path, module.buffers, seen, found));
        return Collections.unmodifiableMap(found);
    }

    /// All random streams by path: an exact continuation needs their positions.
    public final Map<String, Random> namedStreams() {
        Map<String, Random> found = new LinkedHashMap<>();
        Set<Object> seen = newIdentitySet();
        visit("", (path, module) -> collect(path, module.streams, seen, found));
        return Collections.unmodifiableMap(found);
    }

    /// This module under the empty path, and all its parts by path.
    public final Map<String, Module> namedModules() {
        Map<String, Module> found = new LinkedHashMap<>();
        visit("", found::put);
        return Collections.unmodifiableMap(found);
    }

    /// The direct parts by name.
    public final Map<String, Module> children() {
        return Collections.unmodifiableMap(children);
    }

    /// How many numbers are learned.
    public final long parameterCount() {
        return parameters().stream().mapToLong(p -> p.shape().size()).sum();
    }

    /// A table of all parts with their parameters' shapes and counts.
    public final String summary() {
        return Summary.of(this);
    }

    /// The parameters and buffers of this module alone, by name.
    final Map<String, Variable> ownVariables() {
        Map<String, Variable> own = new LinkedHashMap<>(parameters);
        own.putAll(buffers);
        return own;
    }

    /// The parameters of this module alone, by name.
    final Map<String, Parameter> ownParameters() {
        return parameters;
    }

    /// Lets dropout drop and batch normalization use the batch, here and in all parts. How a module
    /// starts.
    public final void train() {
        visit("", (path, module) -> module.training = true);
    }

    /// Turns dropout off and lets batch normalization use its running statistics, here and in all
    /// parts.
    public final void eval() {
        visit("", (path, module) -> module.training = false);
    }

    /// Whether it is in training.
    public final boolean isTraining() {
        return training;
    }

    /// Copies of all parameters and buffers by path, untracked.
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        variables().forEach((path, variable) -> state.put(path, variable.value().detach().copy()));
        return state;
    }

    /// Sets all parameters and buffers. `F32` and `F64` are converted into each other.
    ///
    /// @throws IllegalArgumentException if a name or shape does not fit; it lists all of them, and
    ///   nothing has changed
    public final LoadReport load(Map<String, Tensor> state) {
        LoadReport report = LoadReport.compare(expected(), state);
        if (!report.isComplete()) {
            throw new IllegalArgumentException(
                    "load into "
                            + this
                            + ": "
                            + report
                            + "; loadMatching(state) sets what fits and leaves the rest");
        }
        assign(report, state);
        return report;
    }

    /// Sets those parameters and buffers whose name and shape fit, and leaves the others as they
    /// are: for another head on a trained model.
    public final LoadReport loadMatching(Map<String, Tensor> state) {
        LoadReport report = LoadReport.compare(expected(), state);
        assign(report, state);
        return report;
    }

    /// Sets all parameters and buffers from a state dictionary of PyTorch, with the names and the
    /// order of axes that it has there. `F32` and `F64` are converted into each other.
    ///
    /// ```java
    /// model.loadPyTorch(SafeTensors.open(Path.of("model.safetensors")).tensors());
    /// ```
    ///
    /// | here | in PyTorch |
    /// | --- | --- |
    /// | [Linear], [Embedding], [Lstm], [Gru], [LayerNorm], [GroupNorm], [BatchNorm2d] | the same names and axes; `num_batches_tracked` is not needed |
    /// | [Conv2d] | `weight (out, in, kh, kw)` |
    /// | [Sequential] | the same names; the first [Linear] behind a [Flatten] takes its inputs channel by channel |
    /// | [WideResNet] | `conv1`, `block1.layer.0.bn1` (`conv1`, `bn2`, `conv2`, `convShortcut`), …, `bn1`, `fc` |
    /// | [DenseNet] | `conv1`, `block1.layer.0.bn1` (`conv1`, `bn2`, `conv2`), …, `trans1.bn1`, `trans1.conv1`, …, `bn1`, `fc` |
    /// | [ResNet] | `conv1`, `bn1`, `layer1.0.conv1` (`bn1`, `conv2`, `bn2`, `downsample.0`, `downsample.1`), …, `fc` |
    /// | [InferSent] | `encoder.enc_lstm.weight_ih_l0`, …, `classifier.0`, … |
    /// | [Dnc] | `lstm`, a `torch.nn.LSTMCell`; `interface.write_vectors` …, ten linear layers; `output`, a linear layer |
    ///
    /// A module of yours has the names of its parts and fields unless it overrides [#pyTorchName].
    /// Where one flattens images outside a [Sequential], the columns of the next linear layer must
    /// be put in order before, from channels, rows, columns to rows, columns, channels.
    ///
    /// @throws IllegalArgumentException if a name or shape does not fit; it lists all of them, by
    ///   PyTorch's names, and nothing has changed
    public final LoadReport loadPyTorch(Map<String, Tensor> state) {
        PyTorchState described = new PyTorchState();
        describe(described, path -> path);
        LoadReport report = described.compare(state);
        if (!report.isComplete()) {
            throw new IllegalArgumentException(
                    "load PyTorch's state dictionary into "
                            + this
                            + ": "
                            + report
                            + "; save that of the same architecture, under the names that"
                            + " Module.loadPyTorch lists");
        }
        described.assign(state);
        return report;
    }

    /// What PyTorch calls the parameter or buffer that is at `path` below this module. The names
    /// below its parts are PyTorch's already. As it is, the path itself.
    protected String pyTorchName(String path) {
        return path;
    }

    /// Says where PyTorch has the parameters and buffers of this module and its parts.
    ///
    /// @param names from a name below this module to that in the dictionary
    void describe(PyTorchState state, UnaryOperator<String> names) {
        ownVariables().forEach((name, own) -> state.add(own, names.apply(pyTorchName(name))));
        children.forEach((name, child) -> child.describe(state, below(name, names)));
    }

    /// From a name below the part `child` to that in the dictionary.
    final UnaryOperator<String> below(String child, UnaryOperator<String> names) {
        return path -> names.apply(pyTorchName(join(child, path)));
    }

    private Map<String, LoadReport.Expected> expected() {
        Map<String, LoadReport.Expected> expected = new LinkedHashMap<>();
        variables()
                .forEach((path, variable) -> expected.put(path, LoadReport.Expected.of(variable)));
        return expected;
    }

    private void assign(LoadReport report, Map<String, Tensor> state) {
        Map<String, Variable> variables = variables();
        for (String path : report.loaded()) {
            Variable variable = LoadReport.require(variables, path);
            Tensor value = LoadReport.require(state, path);
            variable.set(value.detach().to(variable.dtype()).to(variable.device()));
        }
    }

    /// All parameters, then all buffers, by path.
    private Map<String, Variable> variables() {
        Map<String, Variable> variables = new LinkedHashMap<>(namedParameters());
        variables.putAll(namedBuffers());
        return variables;
    }

    private interface Visitor {
        void visit(String path, Module module);
    }

    private void visit(String path, Visitor visitor) {
        visit(path, visitor, newIdentitySet());
    }

    private void visit(String path, Visitor visitor, Set<Object> seen) {
        if (!seen.add(this)) {
            return;
        }
        visitor.visit(path, this);
        children.forEach((name, child) -> child.visit(join(path, name), visitor, seen));
    }

    private static <V> void collect(
            String path, Map<String, V> own, Set<Object> seen, Map<String, V> found) {
        own.forEach(
                (name, value) -> {
                    if (seen.add(value)) {
                        found.put(join(path, name), value);
                    }
                });
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static Set<Object> newIdentitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /// What kind of module it is and its sizes, on one line, as in `Linear(784 → 128)`.
    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
