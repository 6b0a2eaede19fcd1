package aligrad.experiments;

import aligrad.nn.Loss;
import aligrad.nn.MulticlassHinge;
import aligrad.optim.Adagrad;
import aligrad.optim.Adam;
import aligrad.optim.AdamW;
import aligrad.optim.AliG;
import aligrad.optim.AliGPlus;
import aligrad.optim.Borat;
import aligrad.optim.BpGrad;
import aligrad.optim.Clipping;
import aligrad.optim.DAdaptAdam;
import aligrad.optim.DAdaptSgd;
import aligrad.optim.Dfw;
import aligrad.optim.L4;
import aligrad.optim.Lamb;
import aligrad.optim.Lion;
import aligrad.optim.MoMo;
import aligrad.optim.MoMoAdam;
import aligrad.optim.Optimizer;
import aligrad.optim.Prodigy;
import aligrad.optim.Projection;
import aligrad.optim.RmsProp;
import aligrad.optim.SampleTargets;
import aligrad.optim.ScheduleFree;
import aligrad.optim.ScheduleFreeAdamW;
import aligrad.optim.Sgd;
import aligrad.optim.Sps;
import aligrad.optim.Yogi;
import aligrad.tensor.Parameter;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The optimizers that the command line knows, and the one number that each takes: the longest step
/// of ALI-G and ALI-G+, that of SPS, MoMo and BORAT, the fraction of L4, a factor for D-Adaptation
/// and Prodigy, and the learning rate of all others.
enum OptimizerChoice {
    ALIG(Double.NaN),
    ALIG_PLUS(Double.NaN),
    SGD(0.1),
    HEAVY_BALL(0.1),
    NESTEROV(0.1),
    ADAM(1e-3),
    AMSGRAD(1e-3),
    ADAMW(1e-3),
    ADAGRAD(1e-2),
    RMSPROP(1e-3),
    YOGI(1e-3),
    BPGRAD(0.1),
    /// As its authors' program has it: without momentum it never moves the weights.
    BPGRAD_RELEASED(0.1),
    DFW(0.1),
    L4ADAM(0.15),
    L4MOM(0.15),
    SPS(0.1),
    MOMO(1),
    MOMO_ADAM(1e-2),
    BORAT(0.1),
    D_ADAPT_SGD(1),
    D_ADAPT_ADAM(1),
    PRODIGY(1),
    SCHEDULE_FREE(0.1),
    SCHEDULE_FREE_ADAMW(2.5e-3),
    LION(1e-4),
    LAMB(1e-3);

    /// Details in which experiments differ.
    ///
    /// @param maxLearningRate η of ALI-G and ALI-G+ where the command line says nothing; infinite
    ///   for none
    /// @param learningRate of all others where the command line says nothing; not a number for what
    ///   each has by itself
    /// @param epsilon ALI-G's ε
    /// @param momentum of ALI-G, ALI-G+, BORAT, BPGrad and DFW
    /// @param tensorFlow whether Adam, Adagrad and RMSProp follow TensorFlow 1 instead of PyTorch
    /// @param clipping of those that do not compute their step from the loss, and of BPGrad
    /// @param projection of ALI-G
    /// @param weightDecay of those that take one; `null` for what each has by itself
    /// @param targets of ALI-G+, for the samples of a run; `null` for all others
    record Conventions(
            double maxLearningRate,
            double learningRate,
            double epsilon,
            double momentum,
            boolean tensorFlow,
            Clipping clipping,
            Projection projection,
            @Nullable Double weightDecay,
            @Nullable SampleTargets targets) {

        /// Without projection, and with each optimizer's own weight decay and learning rate.
        Conventions(
                double maxLearningRate,
                double epsilon,
                double momentum,
                boolean tensorFlow,
                Clipping clipping) {
            this(
                    maxLearningRate,
                    Double.NaN,
                    epsilon,
                    momentum,
                    tensorFlow,
                    clipping,
                    Projection.none(),
                    null,
                    null);
        }

        /// The same with another usual learning rate.
        Conventions withLearningRate(double rate) {
            return new Conventions(
                    maxLearningRate,
                    rate,
                    epsilon,
                    momentum,
                    tensorFlow,
                    clipping,
                    projection,
                    weightDecay,
                    targets);
        }

        /// The same with targets.
        Conventions withTargets(@Nullable SampleTargets of) {
            return new Conventions(
                    maxLearningRate,
                    learningRate,
                    epsilon,
                    momentum,
                    tensorFlow,
                    clipping,
                    projection,
                    weightDecay,
                    of);
        }
    }

    private static final double MOMENTUM = 0.9;
    private static final double OWN_DECAY = 0.01;
    private static final String MAX_LR = "max-lr";
    private static final String LEARNING_RATE = "learning-rate";

    /// Such as `0.1` or `1e-3`: Java's own syntax also has `1d`, `0x1p3` and `Infinity`.
    static final Pattern DECIMAL = Pattern.compile("-?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    private final double defaultRate;

    OptimizerChoice(double defaultRate) {
        this.defaultRate = defaultRate;
    }

    /// The name on the command line, such as `heavy-ball`.
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @throws UsageException if `--optimizer` is given a name that there is not
    static OptimizerChoice of(String name) {
        return of(new Settings(Map.of()), name);
    }

    /// The optimizer of a new run or of the one to resume.
    static OptimizerChoice of(Settings settings, @Nullable String given) {
        String name = settings.text("optimizer", given, ALIG.label());
        return Arrays.stream(values())
                .filter(choice -> choice.label().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                settings.wrong(
                                        "optimizer",
                                        name,
                                        "there is none of that name; choose " + names()));
    }

    /// Whether its momentum is the experiment's; all others have their own or none.
    boolean takesMomentum() {
        return this == ALIG
                || this == ALIG_PLUS
                || this == BPGRAD
                || this == BPGRAD_RELEASED
                || this == DFW
                || this == BORAT;
    }

    /// Whether its number is `--max-lr`, which may be `none`.
    boolean takesMaximum() {
        return this == ALIG || this == ALIG_PLUS;
    }

    /// Whether it has a target for each training sample.
    boolean takesTargets() {
        return this == ALIG_PLUS;
    }

    /// Whether gradients may be clipped before its step: not of those that compute the step from
    /// the loss, but for BPGrad, nor of DFW.
    boolean takesClipping() {
        return switch (this) {
            case ALIG, ALIG_PLUS, DFW, L4ADAM, L4MOM, SPS, MOMO, MOMO_ADAM, BORAT -> false;
            case SGD,
                    HEAVY_BALL,
                    NESTEROV,
                    ADAM,
                    AMSGRAD,
                    ADAMW,
                    ADAGRAD,
                    RMSPROP,
                    YOGI,
                    BPGRAD,
                    BPGRAD_RELEASED,
                    D_ADAPT_SGD,
                    D_ADAPT_ADAM,
                    PRODIGY,
                    SCHEDULE_FREE,
                    SCHEDULE_FREE_ADAMW,
                    LION,
                    LAMB ->
                    true;
        };
    }

    /// Whether its learning rate may fall by a schedule.
    boolean takesSchedule() {
        return this == SGD || this == HEAVY_BALL || this == NESTEROV;
    }

    private static String names() {
        return Arrays.stream(values())
                .map(OptimizerChoice::label)
                .collect(Collectors.joining(", "));
    }

    /// The number that the run uses: η, infinite for none, or the learning rate. An option that
    /// this optimizer would not look at is an error.
    double rate(Settings settings, RunOptions options, Conventions c) {
        if (takesMaximum()) {
            if (options.learningRate != null) {
                throw new UsageException(
                        "--learning-rate: %s computes its step itself; limit it with --max-lr."
                                .formatted(label()));
            }
            if (options.maxLearningRate != null) {
                positiveOrNone(new Settings(Map.of()), MAX_LR, options.maxLearningRate);
            }
            String maximum = settings.text(MAX_LR, options.maxLearningRate);
            return maximum == null ? c.maxLearningRate : positiveOrNone(settings, MAX_LR, maximum);
        }
        if (options.maxLearningRate != null) {
            throw new UsageException(
                    "--max-lr: only alig and alig-plus have a maximal learning rate; %s takes --learning-rate."
                            .formatted(label()));
        }
        Double given = settings.number(LEARNING_RATE, options.learningRate);
        double usual = Double.isNaN(c.learningRate) ? defaultRate : c.learningRate;
        double rate = given == null ? usual : given;
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw settings.wrong(LEARNING_RATE, rate, "it must be a number above 0");
        }
        if ((this == L4ADAM || this == L4MOM) && rate > 1) {
            throw settings.wrong(
                    LEARNING_RATE, rate, "it is the fraction of " + label() + ", at most 1");
        }
        return rate;
    }

    /// Whether the optimizer has a weight decay.
    boolean takesWeightDecay() {
        return this != ALIG && this != SPS && this != BORAT;
    }

    /// What a classifier minimizes: the hinge loss with DFW, which is made for it.
    ///
    /// @param usual what all others minimize
    /// @param smoothed whether that hinge loss is smoothed
    Loss loss(Loss usual, boolean smoothed) {
        if (this != DFW) {
            return usual;
        }
        return smoothed ? MulticlassHinge.smoothed() : MulticlassHinge.plain();
    }

    /// What follows a number of [#loss].
    String lossUnit() {
        return this == DFW ? "" : " nats";
    }

    /// A number above 0, or infinity for `none`.
    static double positiveOrNone(Settings settings, String name, String text) {
        if (text.equals("none")) {
            return Double.POSITIVE_INFINITY;
        }
        double value = DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!(value > 0) || Double.isInfinite(value)) {
            throw settings.wrong(name, text, "it must be a number above 0, or none");
        }
        return value;
    }

    /// Makes the optimizer.
    Optimizer<?> over(Map<String, Parameter> parameters, double rate, Conventions c) {
        return over(parameters, rate, StepSchedule.NONE, 1, c);
    }

    /// Makes the optimizer.
    ///
    /// @param schedule how the rate falls, where it [#takesSchedule]
    /// @param perEpoch how many steps an epoch has
    Optimizer<?> over(
            Map<String, Parameter> parameters,
            double rate,
            Schedule schedule,
            long perEpoch,
            Conventions c) {
        double own = this == ADAMW || this == LAMB ? OWN_DECAY : 0;
        double decay = c.weightDecay == null ? own : c.weightDecay;
        return switch (this) {
            case ALIG ->
                    AliG.over(parameters)
                            .maxLearningRate(rate)
                            .epsilon(c.epsilon)
                            .momentum(c.momentum)
                            .project(c.projection)
                            .build();
            case ALIG_PLUS -> {
                AliGPlus.Builder builder =
                        AliGPlus.over(parameters)
                                .maxLearningRate(rate)
                                .momentum(c.momentum)
                                .weightDecay(decay);
                yield (c.targets == null ? builder : builder.targets(c.targets)).build();
            }
            case SGD ->
                    Sgd.over(parameters)
                            .learningRate(schedule.of(rate, perEpoch))
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case HEAVY_BALL ->
                    Sgd.over(parameters)
                            .learningRate(schedule.of(rate, perEpoch))
                            .momentum(MOMENTUM)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case NESTEROV ->
                    Sgd.over(parameters)
                            .learningRate(schedule.of(rate, perEpoch))
                            .momentum(MOMENTUM)
                            .weightDecay(decay)
                            .nesterov(true)
                            .clip(c.clipping)
                            .build();
            case ADAM, AMSGRAD ->
                    Adam.over(parameters)
                            .learningRate(rate)
                            .epsilonForm(
                                    c.tensorFlow
                                            ? Adam.EpsilonForm.INSIDE
                                            : Adam.EpsilonForm.OUTSIDE)
                            .amsgrad(this == AMSGRAD)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case ADAMW ->
                    AdamW.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case ADAGRAD ->
                    Adagrad.over(parameters)
                            .learningRate(rate)
                            .initialAccumulator(c.tensorFlow ? 0.1 : 0)
                            .epsilon(c.tensorFlow ? 0 : 1e-10)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case RMSPROP ->
                    RmsProp.over(parameters)
                            .learningRate(rate)
                            .decay(c.tensorFlow ? 0.9 : 0.99)
                            .initialMeanSquare(c.tensorFlow ? 1 : 0)
                            .epsilon(c.tensorFlow ? 1e-10 : 1e-8)
                            .epsilonInsideRoot(c.tensorFlow)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case YOGI ->
                    Yogi.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case BPGRAD, BPGRAD_RELEASED -> {
                BpGrad.Builder builder =
                        BpGrad.over(parameters)
                                .learningRate(rate)
                                .momentum(c.momentum)
                                .weightDecay(decay)
                                .clip(c.clipping);
                yield (this == BPGRAD ? builder : builder.released()).build();
            }
            case DFW ->
                    Dfw.over(parameters)
                            .learningRate(rate)
                            .momentum(c.momentum)
                            .weightDecay(decay)
                            .build();
            case L4ADAM, L4MOM ->
                    L4.over(parameters)
                            .fraction(rate)
                            .direction(this == L4ADAM ? L4.Direction.ADAM : L4.Direction.MOMENTUM)
                            .weightDecay(decay)
                            .build();
            case SPS -> Sps.over(parameters).maxLearningRate(rate).build();
            case MOMO -> MoMo.over(parameters).learningRate(rate).weightDecay(decay).build();
            case MOMO_ADAM ->
                    MoMoAdam.over(parameters).learningRate(rate).weightDecay(decay).build();
            case BORAT -> Borat.over(parameters).maxLearningRate(rate).momentum(c.momentum).build();
            case D_ADAPT_SGD ->
                    DAdaptSgd.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case D_ADAPT_ADAM ->
                    DAdaptAdam.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case PRODIGY ->
                    Prodigy.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case SCHEDULE_FREE ->
                    ScheduleFree.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case SCHEDULE_FREE_ADAMW ->
                    ScheduleFreeAdamW.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case LION ->
                    Lion.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
            case LAMB ->
                    Lamb.over(parameters)
                            .learningRate(rate)
                            .weightDecay(decay)
                            .clip(c.clipping)
                            .build();
        };
    }
}
