package aligrad.nn;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What fitted when a state was loaded into a module.
///
/// @param loaded paths that were set
/// @param missing paths of the module that the state lacks
/// @param unexpected names of the state that the module lacks
/// @param mismatched paths with another shape or type, each with what was expected and what found
public record LoadReport(
        List<String> loaded,
        List<String> missing,
        List<String> unexpected,
        List<String> mismatched) {

    public LoadReport {
        loaded = List.copyOf(loaded);
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
        mismatched = List.copyOf(mismatched);
    }

    /// Whether everything was set and nothing was left over.
    public boolean isComplete() {
        return missing.isEmpty() && unexpected.isEmpty() && mismatched.isEmpty();
    }

    /// What a state should have under a name.
    record Expected(Shape shape, DType dtype) {
        static Expected of(Variable variable) {
            return new Expected(variable.shape(), variable.dtype());
        }
    }

    static LoadReport compare(Map<String, Expected> variables, Map<String, Tensor> state) {
        List<String> loaded = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> mismatched = new ArrayList<>();
        variables.forEach(
                (path, variable) -> {
                    Tensor value = state.get(path);
                    if (value == null) {
                        missing.add(path);
                    } else if (!value.shape().equals(variable.shape)
                            || !converts(value.dtype(), variable.dtype)) {
                        mismatched.add(
                                "%s is %s %s, the state has %s %s"
                                        .formatted(
                                                path,
                                                variable.dtype,
                                                variable.shape,
                                                value.dtype(),
                                                value.shape()));
                    } else {
                        loaded.add(path);
                    }
                });
        List<String> unexpected =
                state.keySet().stream().filter(name -> !variables.containsKey(name)).toList();
        return new LoadReport(loaded, missing, unexpected, mismatched);
    }

    private static boolean converts(DType from, DType to) {
        return from == to || (from.isFloating() && to.isFloating());
    }

    static <V> V require(Map<String, V> map, String path) {
        return Objects.requireNonNull(map.get(path), path);
    }

    @Override
    public String toString() {
        return "%d fit%s%s%s"
                .formatted(
                        loaded.size(),
                        listed("missing", missing),
                        listed("unexpected", unexpected),
                        listed("of another shape or type", mismatched));
    }

    private static String listed(String what, List<String> names) {
        return names.isEmpty()
                ? ""
                : ", %d %s (%s)".formatted(names.size(), what, String.join("; ", names));
    }
}
