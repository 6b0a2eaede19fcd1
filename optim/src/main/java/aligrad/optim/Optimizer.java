package aligrad.optim;

import aligrad.autograd.Gradients;
import aligrad.autograd.NonFinite;
import aligrad.autograd.NonFiniteException;
import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Device;
import aligrad.tensor.Fetch;
import aligrad.tensor.Parameter;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;

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
/// Every optimizer can also gather several batches to a step ([Builder#accumulate]), clip gradients
/// ([Clipping]), keep the weights in a set ([Projection]) and an average of them ([Averaging]). A
/// model is best judged inside [#evaluating], whatever the optimizer.
///
/// @param <O> the options of a parameter group
public abstract class Optimizer<O> {

    /// How many steps in a row may be skipped before an exception stops the training.
    public static final int PATIENCE = 10;

    private static final String STEPS = "steps";
    private static final String SKIPPED_IN_ROW = "skippedInRow";
    private static final String AVERAGE = "average";

    private final List<Group<O>> groups;
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private final Projection projection;
    private final Clipping clipping;
    private final Averaging averaging;
    private final Remembered<O> remembered;
    private final @Nullable Accumulation accumulation;
    private final Scalar steps;
    private final Scalar skippedInRow;
    private boolean isFirst = true;
    private boolean isEvaluating;
    private final ArrayDeque<PendingStep> underWay = new ArrayDeque<>();
    private @Nullable StepReport last;

    /// Over the groups of a builder, with its projection, clipping, averaging and accumulation.
    protected Optimizer(Builder<O, ?, ?> builder) {
        groups = builder.groups();
        projection = builder.projection;
        clipping = builder.clipping;
        averaging = builder.averaging;
        for (Group<O> group : groups) {
            for (Slot slot : group.slots()) {
                parameters.add(slot.parameter());
                slots.add(slot);
            }
        }
        remembered = new Remembered<>(getClass().getSimpleName(), groups);
        steps = remembered.count(STEPS, new Scalar(0));
        skippedInRow = remembered.count(SKIPPED_IN_ROW, new Scalar(0));
        accumulation = builder.batches == 1 ? null : accumulation(builder.batches);
        rememberPlateaus();
        Recording.off(() -> Scope.compute("projection", () -> projection.apply(parameters)));
    }

    private Accumulation accumulation(int batches) {
        Accumulation made =
                new Accumulation(
                        batches,
                        remembered.count("accumulatedBatches", new Scalar(0)),
                        remembered.number("accumulatedLoss", new Scalar(0)));
        remembered.accumulation(made);
        return made;
    }

    private void rememberPlateaus() {
        Set<Plateau> plateaus = new LinkedHashSet<>();
        for (Group<O> group : groups) {
            if (group.options() instanceof Scheduled scheduled) {
                plateaus.addAll(scheduled.learningRate().plateaus());
            }
        }
        int i = 0;
        for (Plateau plateau : plateaus) {
            plateau.rememberIn(remembered, "plateau" + i++);
        }
    }

    /// Computes the loss, its gradients and the step in a scope of its own, and returns the loss.
    /// [#lastStep()] tells more.
    public final double step(Supplier<Tensor> loss) {
        return begin(loss).loss();
    }

    /// Like [#step(Supplier)], but does not wait: what is returned has the report.
    ///
    /// On a device that computes while the program goes on ([Device#isAsynchronous()]), [AliG]
    /// decides there how far it goes and whether it goes at all. So a loop that asks for a report
    /// only after it has begun the next step keeps the device busy. That step is counted, and the
    /// exception after [#PATIENCE] skipped steps thrown, when its report is asked for; two steps
    /// are under way at most, since to begin a third finishes the first. Everything else that asks
    /// an optimizer for something, such as [#state()] or [#evaluating], finishes all of them.
    ///
    /// Elsewhere, and where an option needs the numbers (accumulation, clipping, averaging,
    /// [AliG.Builder#released()]), the whole step is done at once.
    public final PendingStep begin(Supplier<Tensor> loss) {
        while (underWay.size() > 1) {
            finishFirst();
        }
        return Scope.compute(
                "step",
                () -> {
                    Tensor computed = loss.get();
                    Gradients g = Gradients.of(computed);
                    if (decidesOn(computed.device())) {
                        return tell(loss, computed, g);
                    }
                    finishAll();
                    double value = computed.item();
                    Scope.retire(); // nothing of the forward pass is read again: update in place
                    try {
                        return new PendingStep(this, value, step(g, value));
                    } catch (NonFiniteLossException e) {
                        throw traced(loss, e);
                    }
                });
    }

    /// Whether a step can be left to this device.
    private boolean decidesOn(Device device) {
        return device.isAsynchronous()
                && hasDeviceForm()
                && accumulation == null
                && clipping instanceof Clipping.None
                && averaging instanceof Averaging.None
                && parameters.stream().allMatch(p -> p.device() == device);
    }

    /// Takes a step on the device of the loss, which finds out how.
    final PendingStep tell(Supplier<Tensor> loss, Tensor computed, Gradients gradients) {
        Scope.retire(); // nothing of the forward pass is read again: update in place
        PendingStep.Told told =
                Recording.off(
                        () ->
                                Scope.compute(
                                        "update",
                                        () -> {
                                            prepare(gradients);
                                            return told(loss, computed.detach(), gradients);
                                        }));
        PendingStep step = new PendingStep(this, told);
        underWay.addLast(step);
        return step;
    }

    private PendingStep.Told told(Supplier<Tensor> loss, Tensor computed, Gradients gradients) {
        DeviceStep step = new DeviceStep(computed, gradients, present(gradients));
        update(step);
        Tensor ratio = projection.apply(parameters, step.taken());
        return new PendingStep.Told(
                loss,
                computed.fetch(),
                step.squaredNorm().fetch(),
                ratio == null ? null : ratio.fetch());
    }

    /// Finishes the steps up to this one, which is under way.
    final void finish(PendingStep step) {
        while (!step.isFinished() && !underWay.isEmpty()) {
            finishFirst();
        }
    }

    private void finishAll() {
        while (!underWay.isEmpty()) {
            finishFirst();
        }
    }

    private void finishFirst() {
        PendingStep first = underWay.getFirst();
        PendingStep.Told told = Objects.requireNonNull(first.told());
        double loss = told.computed().item();
        double squaredNorm = told.squaredNorm().item();
        Fetch ratio = told.projectionRatio();
        double projected = ratio == null ? 1 : ratio.item();
        underWay.removeFirst();
        boolean taken = Double.isFinite(loss) && Double.isFinite(squaredNorm);
        StepReport report =
                count(
                        taken ? report(loss, squaredNorm) : skipped(loss, Math.sqrt(squaredNorm)),
                        () -> projected);
        first.finish(report);
        try {
            requirePatience(report);
        } catch (NonFiniteLossException e) {
            throw traced(told.loss(), e);
        }
    }

    /// Takes a step from gradients and the loss that they belong to.
    public final StepReport step(Gradients gradients, double loss) {
        return Recording.off(() -> Scope.compute("update", () -> stepUnrecorded(gradients, loss)));
    }

    private StepReport stepUnrecorded(Gradients gradients, double loss) {
        finishAll();
        prepare(gradients);
        StepReport report =
                count(
                        report(new Step(gradients, loss)),
                        () -> {
                            double ratio = projection.apply(parameters);
                            average();
                            return ratio;
                        });
        requirePatience(report);
        return report;
    }

    private void prepare(Gradients gradients) {
        if (isEvaluating) {
            throw new IllegalStateException(
                    "%s.step inside evaluating: the weights in place are not those that are trained; step after it"
                            .formatted(getClass().getSimpleName()));
        }
        Scope.retire(); // values read in this scope are the update's own
        if (isFirst) { // says once which parameters no step will ever change
            isFirst = false;
            gradients.missing(parameters);
        }
    }

    /// Counts a step, and returns its report with the counts.
    ///
    /// @param whenTaken what is done after a whole step; gives the projection's ratio
    private StepReport count(StepReport made, DoubleSupplier whenTaken) {
        StepReport report = made;
        switch (report.bound()) {
            case SKIPPED -> {
                skippedInRow.set(skippedInRow.get() + 1);
                report = counted(report, (int) skippedInRow.get(), 1);
            }
            case PARTIAL -> {
                skippedInRow.set(0);
                report = counted(report, 0, 1);
            }
            case NONE, MAX_LEARNING_RATE, ZERO -> {
                skippedInRow.set(0);
                steps.set(steps.get() + 1);
                report = counted(report, 0, whenTaken.getAsDouble());
            }
        }
        last = report;
        return report;
    }

    private void requirePatience(StepReport report) {
        if (report.skippedInRow() >= PATIENCE) {
            throw new NonFiniteLossException(
                    "%d steps in a row were skipped because the loss or a gradient was not finite (loss %s, gradient norm %s, after %.0f steps)"
                            .formatted(
                                    report.skippedInRow(),
                                    report.loss(),
                                    report.gradientNorm(),
                                    steps.get()));
        }
    }

    private StepReport report(Step batch) {
        if (!toleratesNonFinite()
                && !(Double.isFinite(batch.loss) && Double.isFinite(batch.norm()))) {
            return skipped(batch);
        }
        Step step = batch;
        if (accumulation != null) {
            if (!accumulation.add(slots, batch.gradients, batch.loss)) {
                return partial(batch, 0);
            }
            double loss = accumulation.meanLoss();
            step = new Step(accumulation.finish(), loss);
        }
        if (clipping instanceof Clipping.GlobalNorm) {
            step.factor = clipping.factor(step.norm());
        }
        return update(step);
    }

    private void average() {
        double keep = averaging.keep(steps());
        if (keep == 1) {
            return;
        }
        for (Slot slot : slots) {
            Buffer average = slot.state(AVERAGE, 0);
            Tensor w = slot.value();
            slot.keep(average, keep == 0 ? w : average.value().mul(keep).add(w.mul(1 - keep)));
        }
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

    /// Whether [#update(DeviceStep)] can take a step whose numbers only the device knows.
    boolean hasDeviceForm() {
        return false;
    }

    /// Changes the parameters of all groups unless the step is not [DeviceStep#taken]; the same as
    /// [#update(Step)] bit for bit, where the device rounds as the host does.
    void update(DeviceStep step) {
        throw new AssertionError(getClass() + " has no device form");
    }

    /// What [#update(Step)] reports of a step with these numbers, all finite; for those with a
    /// device form.
    StepReport report(double loss, double squaredNorm) {
        throw new AssertionError(getClass() + " has no device form");
    }

    /// A report of a step that changed nothing.
    protected final StepReport skipped(Step step) {
        return skipped(step.loss(), step.norm());
    }

    private static StepReport skipped(double loss, double norm) {
        return new StepReport(loss, 0, Double.NaN, Bound.SKIPPED, norm, 1, 0);
    }

    /// A report of an optimizer whose step size is its learning rate.
    protected final StepReport stepped(Step step, double rate) {
        return new StepReport(step.loss(), rate, rate, Bound.NONE, step.norm(), 1, 0);
    }

    /// A report of a batch after which the step is not complete.
    protected final StepReport partial(Step step, double rate) {
        return new StepReport(step.loss(), rate, rate, Bound.PARTIAL, step.norm(), 1, 0);
    }

    /// What the last step did; empty before the first.
    public final @Nullable StepReport lastStep() {
        finishAll();
        return last;
    }

    /// How many steps were taken; those that were skipped, and batches that only began one, are not
    /// counted.
    public final long steps() {
        finishAll();
        return (long) steps.get();
    }

    public final List<Group<O>> groups() {
        return groups;
    }

    /// The parameters of all groups.
    public final List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /// Runs `body` with the weights that the model should be judged by in the place of those that
    /// are trained, and returns what it returns.
    ///
    /// They are the average where one was asked for ([Averaging]), what the optimizer itself keeps
    /// for this (as [ScheduleFree] does), and otherwise the weights as they are; so a training loop
    /// need not know which optimizer it has. Afterwards the trained weights are back, bit for bit.
    ///
    /// ```java
    /// double accuracy = optimizer.evaluating(() -> accuracy(model, validation));
    /// ```
    public final <T extends @Nullable Object> T evaluating(Supplier<T> body) {
        if (isEvaluating) {
            return body.get();
        }
        finishAll();
        Map<Parameter, Tensor> trained = new LinkedHashMap<>();
        isEvaluating = true;
        try {
            Recording.off(() -> Scope.outside(() -> exchange(trained)));
            return body.get();
        } finally {
            isEvaluating = false;
            trained.forEach(Parameter::set);
        }
    }

    private boolean exchange(Map<Parameter, Tensor> trained) {
        Map<Parameter, Tensor> judged = new LinkedHashMap<>();
        for (Group<O> group : groups) {
            for (Slot slot : group.slots()) {
                Tensor w = slot.value();
                Tensor value =
                        averaging.isBegun(steps())
                                ? slot.state(AVERAGE, 0).value()
                                : evaluationValue(slot, group.options());
                if (value != w) {
                    trained.put(slot.parameter(), w);
                    judged.put(slot.parameter(), value);
                }
            }
        }
        judged.forEach(Parameter::set);
        return true;
    }

    /// Whether [#evaluating] shows other weights than those that are trained. Where a model has
    /// running statistics, they do not belong to these.
    public final boolean hasOwnEvaluationWeights() {
        return averaging.isBegun(steps()) || keepsEvaluationWeights();
    }

    /// The value of a parameter to judge the model by, where no average was asked for.
    protected Tensor evaluationValue(Slot slot, O options) {
        return slot.value();
    }

    /// Whether [#evaluationValue] is now something else than the value that is trained.
    protected boolean keepsEvaluationWeights() {
        return false;
    }

    /// A finite number to remember by this name; for the constructor.
    final Scalar number(String name, double initial) {
        return remembered.number(name, new Scalar(initial));
    }

    /// A whole number of at least 0 to remember by this name; for the constructor.
    final Scalar count(String name) {
        return remembered.count(name, new Scalar(0));
    }

    /// Numbers to remember by this name, as many as the array is long; for the constructor.
    final double[] table(String name, double[] values) {
        return remembered.table(name, values);
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
            return steps();
        }

        /// Does this for each parameter that has a gradient.
        public void each(BiConsumer<Slot, O> move) {
            for (Group<O> group : groups) {
                for (Slot slot : group.slots()) {
                    if (has(slot)) {
                        move.accept(slot, group.options());
                    }
                }
            }
        }

        /// The sum of this over all parameters that have a gradient.
        public double sum(ToDoubleBiFunction<Slot, O> term) {
            double sum = 0;
            for (Group<O> group : groups) {
                for (Slot slot : group.slots()) {
                    if (has(slot)) {
                        sum += term.applyAsDouble(slot, group.options());
                    }
                }
            }
            return sum;
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

        /// ‖g‖² over all parameters as [#gradient] gives them, clipped.
        public double clippedSquaredNorm() {
            return factor * factor * squaredNorm();
        }

        /// ‖g‖² over all parameters, before clipping, accumulated in double.
        public double squaredNorm() {
            if (!normKnown) {
                squaredNorm = SquaredNorms.read(present(gradients));
                normKnown = true;
            }
            return squaredNorm;
        }
    }

    private List<Tensor> present(Gradients gradients) {
        List<Tensor> present = new ArrayList<>(parameters.size());
        for (Parameter p : parameters) {
            if (gradients.has(p)) {
                present.add(gradients.of(p));
            }
        }
        return present;
    }

    /// What this optimizer remembers about each parameter of a group with these options: the kinds,
    /// such as `momentum`, each with the number that it begins with.
    protected abstract Map<String, Double> remembered(O options);

    private Map<String, Double> kinds(O options) {
        Map<String, Double> kinds = new LinkedHashMap<>(remembered(options));
        if (!averaging.equals(Averaging.none())) {
            kinds.put(AVERAGE, 0.0);
        }
        return kinds;
    }

    /// Everything that the next step depends on, besides the parameters.
    public final OptimizerState state() {
        finishAll();
        return remembered.state(this::kinds);
    }

    /// Continues from a saved state: what [#state()] returned of such an optimizer over parameters
    /// of the same names and shapes.
    ///
    /// @throws IllegalArgumentException if it is another optimizer's, or if a name is missing or
    ///   unknown, a shape does not fit, or a count is none; nothing is changed then
    public final void load(OptimizerState state) {
        finishAll();
        remembered.load(state, this::kinds);
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
        private Averaging averaging = Averaging.none();
        private int batches = 1;
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

        /// Keeps an average of the weights, to evaluate with ([Optimizer#evaluating]).
        public final B average(Averaging averaging) {
            this.averaging = averaging;
            return self();
        }

        /// Takes a step only after each `batches` calls, with the mean of their losses and
        /// gradients: as if the batches had been one that does not fit into memory. A batch that is
        /// not finite does not count. [Optimizer#steps], and so each learning rate, counts steps,
        /// not batches.
        ///
        /// @throws IllegalArgumentException if it is below 1
        public final B accumulate(int batches) {
            if (batches < 1) {
                throw new IllegalArgumentException(
                        "accumulation of " + batches + " batches: a step needs at least 1");
            }
            this.batches = batches;
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

        protected final Averaging averaging() {
            return averaging;
        }

        /// How many batches make a step.
        protected final int batches() {
            return batches;
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
