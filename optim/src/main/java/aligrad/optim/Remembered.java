package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// All that an optimizer remembers, by name: tensors of its parameters' shapes, numbers, and tables
/// of numbers.
///
/// @param <O> the options of a parameter group
final class Remembered<O> {

    /// Above it a `double` no longer counts one by one.
    private static final double MOST = 0x1p53;

    /// How many reasons a message lists.
    private static final int LISTED = 5;

    private final String optimizer;
    private final List<Group<O>> groups;
    private final Map<String, Scalar> numbers = new LinkedHashMap<>();
    private final Set<String> counts = new LinkedHashSet<>();
    private final Map<String, double[]> tables = new LinkedHashMap<>();
    private @Nullable Accumulation accumulation;

    Remembered(String optimizer, List<Group<O>> groups) {
        this.optimizer = optimizer;
        this.groups = groups;
    }

    /// A finite number.
    Scalar number(String name, Scalar number) {
        numbers.put(name, number);
        return number;
    }

    /// A whole number of at least 0.
    Scalar count(String name, Scalar count) {
        counts.add(name);
        return number(name, count);
    }

    /// As many numbers as the array is long, of any kind.
    double[] table(String name, double[] values) {
        tables.put(name, values);
        return values;
    }

    void accumulation(Accumulation accumulation) {
        this.accumulation = accumulation;
    }

    /// @param kindsOf what is remembered about each parameter of a group with these options, and
    ///   the number that each begins with
    OptimizerState state(Function<O, Map<String, Double>> kindsOf) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Group<O> group : groups) {
            Map<String, Double> kinds = kindsOf.apply(group.options());
            for (Slot slot : group.slots()) {
                kinds.forEach(
                        (kind, initial) ->
                                tensors.put(kind + "/" + slot.name(), slot.present(kind, initial)));
                if (accumulation != null && accumulation.has(slot)) {
                    String kind = Accumulation.KIND;
                    tensors.put(kind + "/" + slot.name(), slot.present(kind, 0));
                }
            }
        }
        Device device = groups.getFirst().slots().getFirst().parameter().device();
        tables.forEach(
                (name, values) ->
                        tensors.put(
                                name,
                                Device.use(
                                        device, () -> Tensor.of(values.clone(), values.length))));
        Map<String, Double> saved = new LinkedHashMap<>();
        numbers.forEach((name, number) -> saved.put(name, number.get()));
        return new OptimizerState(optimizer, tensors, saved);
    }

    /// @param kindsOf as in [#state]
    /// @throws IllegalArgumentException if anything does not fit; nothing is changed then
    void load(OptimizerState state, Function<O, Map<String, Double>> kindsOf) {
        if (!state.optimizer().equals(optimizer)) {
            throw new IllegalArgumentException(
                    "optimizer state of %s cannot be loaded into %s; make the optimizer that saved it"
                            .formatted(state.optimizer(), optimizer));
        }
        List<String> wrong = new ArrayList<>();
        Set<String> unknown = new TreeSet<>(state.tensors().keySet());
        Set<Slot> gathered = new LinkedHashSet<>();
        Map<Buffer, Tensor> changes = changes(state.tensors(), kindsOf, unknown, gathered, wrong);
        Map<String, double[]> filled = filled(state.tensors(), unknown, wrong);
        unknown.forEach(name -> wrong.add(unknown(name)));
        requireNumbers(state.numbers(), wrong);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(
                    "optimizer state does not fit: %s; was it saved by another model, or with other options?"
                            .formatted(listed(wrong)));
        }
        changes.forEach(Buffer::set);
        filled.forEach(
                (name, values) -> System.arraycopy(values, 0, tables.get(name), 0, values.length));
        numbers.forEach((name, number) -> number.set(state.numbers().getOrDefault(name, 0.0)));
        if (accumulation != null) {
            accumulation.resume(gathered);
        }
    }

    /// What is to be set to what; says in `wrong` what does not fit.
    private Map<Buffer, Tensor> changes(
            Map<String, Tensor> saved,
            Function<O, Map<String, Double>> kindsOf,
            Set<String> unknown,
            Set<Slot> gathered,
            List<String> wrong) {
        Map<Buffer, Tensor> changes = new LinkedHashMap<>();
        for (Group<O> group : groups) {
            Map<String, Double> kinds = kindsOf.apply(group.options());
            for (Slot slot : group.slots()) {
                kinds.forEach(
                        (kind, initial) -> {
                            String name = kind + "/" + slot.name();
                            unknown.remove(name);
                            change(slot, kind, initial, saved.get(name), changes, wrong);
                        });
                Tensor sum = saved.get(Accumulation.KIND + "/" + slot.name());
                if (accumulation != null && sum != null) {
                    unknown.remove(Accumulation.KIND + "/" + slot.name());
                    change(slot, Accumulation.KIND, 0, sum, changes, wrong);
                    gathered.add(slot);
                }
            }
        }
        return changes;
    }

    private static void change(
            Slot slot,
            String kind,
            double initial,
            @Nullable Tensor saved,
            Map<Buffer, Tensor> changes,
            List<String> wrong) {
        String name = kind + "/" + slot.name();
        if (saved == null) {
            wrong.add("it lacks " + name);
        } else if (slot.fits(saved)) {
            changes.put(slot.state(kind, initial), saved);
        } else {
            wrong.add(slot.misfit(name, saved));
        }
    }

    private Map<String, double[]> filled(
            Map<String, Tensor> saved, Set<String> unknown, List<String> wrong) {
        Map<String, double[]> filled = new LinkedHashMap<>();
        tables.forEach(
                (name, values) -> {
                    Tensor tensor = saved.get(name);
                    unknown.remove(name);
                    if (tensor == null) {
                        wrong.add("it lacks " + name);
                    } else if (tensor.dtype() == DType.F64
                            && tensor.shape().equals(Shape.of(values.length))) {
                        filled.put(name, tensor.toDoubleArray());
                    } else {
                        wrong.add(
                                "%s is %s %s, but there are %d numbers"
                                        .formatted(
                                                name,
                                                tensor.dtype(),
                                                tensor.shape(),
                                                values.length));
                    }
                });
        return filled;
    }

    private void requireNumbers(Map<String, Double> saved, List<String> wrong) {
        Set<String> unknown = new TreeSet<>(saved.keySet());
        for (String name : numbers.keySet()) {
            unknown.remove(name);
            Double number = saved.get(name);
            if (number == null) {
                wrong.add("it lacks " + name);
            } else if (!counts.contains(name)) {
                if (!Double.isFinite(number)) {
                    wrong.add("%s is %s, which is not finite".formatted(name, number));
                }
            } else if (!(number >= 0 && number <= MOST && number == Math.rint(number))) {
                wrong.add("%s is %s, which is no count".formatted(name, number));
            }
        }
        unknown.forEach(name -> wrong.add(unknown(name)));
    }

    private String unknown(String name) {
        return "%s has no %s".formatted(optimizer, name);
    }

    /// A few of many, which for a large model may be hundreds.
    private static String listed(List<String> wrong) {
        String first = String.join(", ", wrong.subList(0, Math.min(LISTED, wrong.size())));
        int more = wrong.size() - LISTED;
        return more <= 0 ? first : first + ", and %d more".formatted(more);
    }
}
