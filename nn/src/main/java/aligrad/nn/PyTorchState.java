package aligrad.nn;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Where the parameters and buffers of a module stand in a state dictionary of PyTorch, and how
/// they lie there: what [Module#loadPyTorch] goes by.
final class PyTorchState {

    private final List<Source> sources = new ArrayList<>();
    private final Set<Variable> described = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<String> unneeded = new LinkedHashSet<>();

    /// An entry of the dictionary, with PyTorch's shape.
    record Entry(String name, Shape shape) {}

    /// The entries that a variable is made of, in the order in which `arrangement` takes them.
    private record Source(
            Variable variable, List<Entry> entries, Function<List<Tensor>, Tensor> arrangement) {}

    /// A variable that lies the same way in PyTorch.
    void add(Variable variable, String name) {
        add(variable, new Entry(name, variable.shape()), value -> value);
    }

    /// A variable that is made of one entry.
    void add(Variable variable, Entry entry, UnaryOperator<Tensor> arrangement) {
        add(variable, List.of(entry), values -> arrangement.apply(values.getFirst()));
    }

    /// A variable that is made of several entries. If it was described before, because weights are
    /// shared, its entries here may be there or not: some formats save them once.
    void add(Variable variable, List<Entry> entries, Function<List<Tensor>, Tensor> arrangement) {
        if (described.add(variable)) {
            sources.add(new Source(variable, entries, arrangement));
        } else {
            entries.forEach(entry -> unneeded.add(entry.name));
        }
    }

    /// An entry that PyTorch may have and nothing here needs.
    void addUnneeded(String name) {
        unneeded.add(name);
    }

    /// What of a dictionary fits.
    LoadReport compare(Map<String, Tensor> state) {
        Map<String, LoadReport.Expected> expected = new LinkedHashMap<>();
        for (Source source : sources) {
            for (Entry entry : source.entries) {
                expected.put(
                        entry.name, new LoadReport.Expected(entry.shape, source.variable.dtype()));
            }
        }
        Map<String, Tensor> needed = new LinkedHashMap<>(state);
        for (String name : unneeded) {
            if (!expected.containsKey(name)) {
                needed.remove(name);
            }
        }
        return LoadReport.compare(expected, needed);
    }

    /// Sets all variables from a dictionary that fits. All values are made before the first is set.
    void assign(Map<String, Tensor> state) {
        List<Tensor> values = new ArrayList<>();
        for (Source source : sources) {
            List<Tensor> parts =
                    source.entries.stream()
                            .map(entry -> LoadReport.require(state, entry.name).detach())
                            .toList();
            Variable variable = source.variable;
            values.add(
                    source.arrangement
                            .apply(parts)
                            .contiguous()
                            .to(variable.dtype())
                            .to(variable.device())
                            .evaluate());
        }
        for (int i = 0; i < values.size(); i++) {
            sources.get(i).variable.set(values.get(i));
        }
    }
}
