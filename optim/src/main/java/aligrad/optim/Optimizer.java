package aligrad.optim;

import aligrad.autograd.Gradients;
import aligrad.autograd.NonFinite;
import aligrad.autograd.NonFiniteException;
import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Changes parameters so that the loss falls.
///
/// The short form computes, differentiates, updates and frees:
///
/// ```java
/// double loss = optimizer.step(() -> CrossEntropy.mean(model.forward(x), labels));
/// ```
///
/// The long form takes the pieces: `optimizer.step(Gradients.of(loss), loss.item())`. Every
/// optimizer sees the loss, since the members of the interpolation family compute their step from
/// it.
///
/// A step whose loss is not finite changes nothing and is counted; after [#PATIENCE] of them in a
/// row the optimizer throws, with the operation that first produced such a number if it can be
/// found. A parameter without a gradient is left alone.
///
/// @param <O> the options of a parameter group
public abstract class Optimizer<O> {

    /// How many steps in a row may be skipped before an exception stops the training.
    public static final int PATIENCE = 10;

    private static final String STEPS = "steps";
    private static final String SKIPPED_IN_ROW = "skippedInRow";

    /// Above it a `double` no longer counts one by one.
    private static final double MOST_STEPS = 0x1p53;

    /// How many reasons a message lists.
    private static final int LISTED = 5;

    private final List<Group<O>> groups;
    private final List<Parameter> parameters = new ArrayList<>();
    private final Projection projection;
    private final Clipping clipping;
    private long steps;
    private int skippedInRow;
    private boolean isFirst = true;
    private @Nullable StepReport last;

    protected Optimizer(List<Group<O>> groups, Projection projection, Clipping clipping) {
        this.groups = groups;
        this.projection = projection;
        this.clipping = clipping;
        for (Group<O> group : groups) {
            for (Slot slot : group.slots()) {
                parameters.add(slot.parameter());
            }
        }
        Recording.off(() -> Scope.compute("projection", () -> projection.apply(parameters)));
    }

    /// Computes the loss, its gradients and the step in a scope of its own, and returns the loss.
    /// [#lastStep()] tells more.
    public final double step(Supplier<Tensor> loss) {
        return Scope.compute(
                "step",
                () -> {
                    Tensor computed = loss.get();
                    Gradients g = Gradients.of(computed);
                    double value = computed.item();
                    Scope.retire(); // nothing of the forward pass is read again: update in place
                    try {
                        step(g, value);
                    } catch (NonFiniteLossException e) {
                        throw traced(loss, e);
                    }
                    return value;
                });
    }

    /// Takes a step from gradients and the loss that they belong to.
    public final StepReport step(Gradients gradients, double loss) {
        return Recording.off(() -> Scope.compute("update", () -> stepUnrecorded(gradients, loss)));
    }

    private StepReport stepUnrecorded(Gradients gradients, double loss) {
        Scope.retire(); // values read in this scope are the update's own
        Step step = new Step(gradients, loss);
        StepReport report;
        if (isFirst) { // says once which parameters no step will ever change
            isFirst = false;
            gradients.missing(parameters);
        }
        if (toleratesNonFinite() || (Double.isFinite(loss) && Double.isFinite(step.norm()))) {
            if (clipping instanceof Clipping.GlobalNorm) {
                step.factor = clipping.factor(step.norm());
            }
            report = update(step);
        } else {
            report = skipped(step);
        }
        if (report.bound() == Bound.SKIPPED) {
            skippedInRow++;
            report = counted(report, skippedInRow, 1);
            last = report;
            if (skippedInRow >= PATIENCE) {
                throw new NonFiniteLossException(
                        "%d steps in a row were skipped because the loss or a gradient was not finite (loss %s, gradient norm %s, after %d steps)"
                                .formatted(skippedInRow, loss, report.gradientNorm(), steps));
            }
        } else {
            skippedInRow = 0;
            steps++;
            report = counted(report, 0, projection.apply(parameters));
            last = report;
        }
        return report;
    }

    private static StepReport counted(StepReport r, int skippedInRow, double projectionRatio) {
        return new StepReport(
                r.loss(),
                r.stepSize(),
                r.unclippedStepSize(),
                r.bound(),
                r.gradientNorm(),
                projectionRatio,
                skippedInRow);
    }

    private static NonFiniteLossException traced(Supplier<Tensor> loss, NonFiniteLossException e) {
        try {
            NonFinite.trace(() -> Gradients.of(loss.get()));
        } catch (NonFiniteException found) {
            return new NonFiniteLossException(e.getMessage() + ": " + found.getMessage(), found);
        }
        return e;
    }

    /// Changes the parameters of all groups; clipping and projection are done by the caller.
    protected abstract StepReport update(Step step);

    /// Whether steps with a loss or a gradient that is not finite are taken as they come.
    protected boolean toleratesNonFinite() {
        return false;
    }

    /// A report of a step that changed nothing.
    protected final StepReport skipped(Step step) {
        return new StepReport(step.loss(), 0, Double.NaN, Bound.SKIPPED, step.norm(), 1, 0);
    }

    /// A report of an optimizer whose step size is its learning rate.
    protected final StepReport stepped(Step step, double rate) {
        return new StepReport(step.loss(), rate, rate, Bound.NONE, step.norm(), 1, 0);
    }

    /// What the last step did; empty before the first.
    public final @Nullable StepReport lastStep() {
        return last;
    }

    /// How many steps were taken, skipped ones not counted.
    public final long steps() {
        return steps;
    }

    public final List<Group<O>> groups() {
        return groups;
    }

    /// The parameters of all groups.
    public final List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /// One step under way: the loss, and each parameter's gradient.
    protected final class Step {
        private final Gradients gradients;
        private final double loss;
        private double factor = 1;
        private double squaredNorm;
        private boolean normKnown;

        private Step(Gradients gradients, double loss) {
            this.gradients = gradients;
            this.loss = loss;
        }

        /// The mini-batch loss ℓ.
        public double loss() {
            return loss;
        }

        /// How many steps were taken before this one: 0 at the first.
        public long number() {
            return steps;
        }

        /// Whether the loss depends on this parameter.
        public boolean has(Slot slot) {
            return gradients.has(slot.parameter());
        }

        /// The gradient `g`, clipped.
        public Tensor gradient(Slot slot) {
            Tensor g = gradients.of(slot.parameter());
            return factor == 1 ? g : g.mul(factor);
        }

        /// ‖g‖ over all parameters, before clipping.
        public double norm() {
            return Math.sqrt(squaredNorm());
        }

        /// ‖g‖² over all parameters, before clipping, accumulated in double.
        public double squaredNorm() {
            if (!normKnown) {
                double squared = 0;
                for (Parameter p : parameters) {
                    if (gradients.has(p)) {
                        squared += gradients.of(p).squaredNorm().item();
                    }
                }
                squaredNorm = squared;
                normKnown = true;
            }
            return squaredNorm;
        }
    }

    /// What this optimizer remembers about each parameter of a group with these options: the kinds,
    /// such as `momentum`, each with the number that it begins with.
    protected abstract Map<String, Double> remembered(O options);

    /// Everything that the next step depends on, besides the parameters.
    public final OptimizerState state() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Group<O> group : groups) {
            Map<String, Double> kinds = remembered(group.options());
            for (Slot slot : group.slots()) {
                kinds.forEach(
                        (kind, initial) ->
                                tensors.put(kind + "/" + slot.name(), slot.present(kind, initial)));
            }
        }
        return new OptimizerState(
                getClass().getSimpleName(),
                tensors,
                Map.of(STEPS, (double) steps, SKIPPED_IN_ROW, (double) skippedInRow));
    }

    /// Continues from a saved state: what [#state()] returned of such an optimizer over parameters
    /// of the same names and shapes.
    ///
    /// @throws IllegalArgumentException if it is another optimizer's, or if a name is missing or
    ///   unknown, a shape does not fit, or a count is none; nothing is changed then
    public final void load(OptimizerState state) {
        String own = getClass().getSimpleName();
        if (!state.optimizer().equals(own)) {
            throw new IllegalArgumentException(
                    "optimizer state of %s cannot be loaded into %s; make the optimizer that saved it"
                            .formatted(state.optimizer(), own));
        }
        List<String> wrong = new ArrayList<>();
        Map<Buffer, Tensor> changes = changes(state.tensors(), wrong);
        requireCounts(state.numbers(), wrong);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(
                    "optimizer state does not fit: %s; was it saved by another model, or with other options?"
                            .formatted(listed(wrong)));
        }
        changes.forEach(Buffer::set);
        steps = state.numbers().getOrDefault(STEPS, 0.0).longValue();
        skippedInRow = state.numbers().getOrDefault(SKIPPED_IN_ROW, 0.0).intValue();
    }

    /// What is to be set to what; says in `wrong` what does not fit.
    private Map<Buffer, Tensor> changes(Map<String, Tensor> saved, List<String> wrong) {
        Map<Buffer, Tensor> changes = new LinkedHashMap<>();
        Set<String> unknown = new TreeSet<>(saved.keySet());
        for (Group<O> group : groups) {
            Map<String, Double> kinds = remembered(group.options());
            for (Slot slot : group.slots()) {
                kinds.forEach(
                        (kind, initial) -> {
                            String name = kind + "/" + slot.name();
                            Tensor tensor = saved.get(name);
                            unknown.remove(name);
                            if (tensor == null) {
                                wrong.add("it lacks " + name);
                            } else if (slot.fits(tensor)) {
                                changes.put(slot.state(kind, initial), tensor);
                            } else {
                                wrong.add(slot.misfit(name, tensor));
                            }
                        });
            }
        }
        unknown.forEach(name -> wrong.add(unknown(name)));
        return changes;
    }

    private void requireCounts(Map<String, Double> numbers, List<String> wrong) {
        Set<String> unknown = new TreeSet<>(numbers.keySet());
        for (String name : List.of(STEPS, SKIPPED_IN_ROW)) {
            unknown.remove(name);
            Double count = numbers.get(name);
            if (count == null) {
                wrong.add("it lacks " + name);
            } else if (!(count >= 0 && count <= MOST_STEPS && count == Math.rint(count))) {
                wrong.add("%s is %s, which is no count".formatted(name, count));
            }
        }
        unknown.forEach(name -> wrong.add(unknown(name)));
    }

    private String unknown(String name) {
        return "%s has no %s".formatted(getClass().getSimpleName(), name);
    }

    /// A few of many, which for a large model may be hundreds.
    private static String listed(List<String> wrong) {
        String first = String.join(", ", wrong.subList(0, Math.min(LISTED, wrong.size())));
        int more = wrong.size() - LISTED;
        return more <= 0 ? first : first + ", and %d more".formatted(more);
    }

    /// Collects parameter groups and their options. Options apply to the group begun last; a group
    /// begun with [#and] starts with the options of the one before.
    ///
    /// ```java
    /// AliG.over(body).maxLearningRate(0.5).and(head).maxLearningRate(0.1).build()
    /// ```
    ///
    /// @param <O> options
    /// @param <T> the optimizer
    /// @param <B> the builder itself
    public abstract static class Builder<O, T extends Optimizer<O>, B extends Builder<O, T, B>> {
        private final List<Group<O>> groups = new ArrayList<>();
        private List<Slot> slots;
        private O options;
        private Projection projection = Projection.none();
        private Clipping clipping = Clipping.none();
        private int unnamed;

        protected Builder(O defaults, Map<String, Parameter> parameters) {
            options = defaults;
            slots = slots(parameters);
        }

        protected Builder(O defaults, Iterable<Parameter> parameters) {
            options = defaults;
            slots = slots(named(parameters));
        }

        protected abstract B self();

        /// Makes the optimizer; a projection is applied at once.
        public abstract T build();

        /// Begins a group with these parameters, by their path.
        public final B and(Map<String, Parameter> parameters) {
            groups.add(new Group<>(slots, options));
            slots = slots(parameters);
            return self();
        }

        /// Begins a group with these parameters.
        public final B and(Iterable<Parameter> parameters) {
            return and(named(parameters));
        }

        /// Applied when the optimizer is made and after each step.
        public final B project(Projection projection) {
            this.projection = projection;
            return self();
        }

        /// Applied to the gradients before each step.
        public final B clip(Clipping clipping) {
            this.clipping = clipping;
            return self();
        }

        protected final O options() {
            return options;
        }

        protected final B options(O changed) {
            options = changed;
            return self();
        }

        protected final Projection projection() {
            return projection;
        }

        protected final Clipping clipping() {
            return clipping;
        }

        /// All groups; the last one is closed.
        protected final List<Group<O>> groups() {
            List<Group<O>> all = new ArrayList<>(groups);
            all.add(new Group<>(slots, options));
            TreeSet<String> names = new TreeSet<>();
            IdentityHashMap<Parameter, String> given = new IdentityHashMap<>();
            for (Group<O> group : all) {
                for (Slot slot : group.slots()) {
                    if (!names.add(slot.name())) {
                        throw new IllegalArgumentException(
                                "parameter '"
                                        + slot.name()
                                        + "' is in two groups, or twice in one");
                    }
                    String before = given.put(slot.parameter(), slot.name());
                    if (before != null) {
                        throw new IllegalArgumentException(
                                "parameter '%s' is the same as '%s'; give each parameter once, or it would move twice a step"
                                        .formatted(slot.name(), before));
                    }
                }
            }
            if (names.isEmpty()) {
                throw new IllegalArgumentException("an optimizer needs at least one parameter");
            }
            return List.copyOf(all);
        }

        private Map<String, Parameter> named(Iterable<Parameter> parameters) {
            Map<String, Parameter> named = new LinkedHashMap<>();
            for (Parameter p : parameters) {
                named.put(unnamed++ + "." + p.name(), p);
            }
            return named;
        }

        private static List<Slot> slots(Map<String, Parameter> parameters) {
            List<Slot> slots = new ArrayList<>(parameters.size());
            parameters.forEach((name, p) -> slots.add(new Slot(name, p)));
            return List.copyOf(slots);
        }
    }
}
