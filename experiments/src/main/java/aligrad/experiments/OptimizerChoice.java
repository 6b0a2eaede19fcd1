package aligrad.experiments;

import aligrad.optim.Adagrad;
import aligrad.optim.Adam;
import aligrad.optim.AdamW;
import aligrad.optim.AliG;
import aligrad.optim.Clipping;
import aligrad.optim.Optimizer;
import aligrad.optim.RmsProp;
import aligrad.optim.Sgd;
import aligrad.tensor.Parameter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The optimizers that the command line knows, and the one number that each takes.
enum OptimizerChoice {
    ALIG(Double.NaN),
    SGD(0.1),
    HEAVY_BALL(0.1),
    NESTEROV(0.1),
    ADAM(1e-3),
    AMSGRAD(1e-3),
    ADAMW(1e-3),
    ADAGRAD(1e-2),
    RMSPROP(1e-3);

    /// Details in which experiments differ.
    ///
    /// @param maxLearningRate ALI-G's η where the command line says nothing; infinite for none
    /// @param epsilon ALI-G's ε
    /// @param momentum of ALI-G
    /// @param tensorFlow whether Adam, Adagrad and RMSProp follow TensorFlow 1 instead of PyTorch
    /// @param clipping of all but ALI-G
    record Conventions(
            double maxLearningRate,
            double epsilon,
            double momentum,
            boolean tensorFlow,
            Clipping clipping) {}

    private static final double MOMENTUM = 0.9;

    private final double defaultRate;

    OptimizerChoice(double defaultRate) {
        this.defaultRate = defaultRate;
    }

    /// The name on the command line, such as `heavy-ball`.
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static OptimizerChoice of(String name) {
        return Arrays.stream(values())
                .filter(choice -> choice.label().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--optimizer %s: there is none of that name; choose %s."
                                                .formatted(name, names())));
    }

    private static String names() {
        return Arrays.stream(values())
                .map(OptimizerChoice::label)
                .collect(Collectors.joining(", "));
    }

    /// The number that the run uses: η, infinite for none, or the learning rate. An option that
    /// this optimizer would not look at is an error.
    double rate(Settings settings, RunOptions options, Conventions c) {
        if (this == ALIG) {
            if (options.learningRate != null) {
                throw new UsageException(
                        "--learning-rate: alig computes its step itself; limit it with --max-lr.");
            }
            String maximum = settings.text("max-lr", options.maxLearningRate);
            return maximum == null ? c.maxLearningRate : maximum(maximum);
        }
        if (options.maxLearningRate != null) {
            throw new UsageException(
                    "--max-lr: only alig has a maximal learning rate; %s takes --learning-rate."
                            .formatted(label()));
        }
        Double given = settings.number("learning-rate", options.learningRate);
        double rate = given == null ? defaultRate : given;
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new UsageException("--learning-rate " + rate + ": it must be a number above 0.");
        }
        return rate;
    }

    private static double maximum(String text) {
        if (text.equals("none")) {
            return Double.POSITIVE_INFINITY;
        }
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new UsageException(
                    "--max-lr " + text + ": it must be a number above 0, or none.", e);
        }
        if (!(value > 0)) {
            throw new UsageException(
                    "--max-lr " + text + ": it must be a number above 0, or none.");
        }
        return value;
    }

    /// Makes the optimizer.
    Optimizer<?> over(Map<String, Parameter> parameters, double rate, Conventions c) {
        return switch (this) {
            case ALIG ->
                    AliG.over(parameters)
                            .maxLearningRate(rate)
                            .epsilon(c.epsilon)
                            .momentum(c.momentum)
                            .build();
            case SGD -> Sgd.over(parameters).learningRate(rate).clip(c.clipping).build();
            case HEAVY_BALL ->
                    Sgd.over(parameters)
                            .learningRate(rate)
                            .momentum(MOMENTUM)
                            .clip(c.clipping)
                            .build();
            case NESTEROV ->
                    Sgd.over(parameters)
                            .learningRate(rate)
                            .momentum(MOMENTUM)
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
                            .clip(c.clipping)
                            .build();
            case ADAMW -> AdamW.over(parameters).learningRate(rate).clip(c.clipping).build();
            case ADAGRAD ->
                    Adagrad.over(parameters)
                            .learningRate(rate)
                            .initialAccumulator(c.tensorFlow ? 0.1 : 0)
                            .epsilon(c.tensorFlow ? 0 : 1e-10)
                            .clip(c.clipping)
                            .build();
            case RMSPROP ->
                    RmsProp.over(parameters)
                            .learningRate(rate)
                            .decay(c.tensorFlow ? 0.9 : 0.99)
                            .initialMeanSquare(c.tensorFlow ? 1 : 0)
                            .epsilon(c.tensorFlow ? 1e-10 : 1e-8)
                            .epsilonInsideRoot(c.tensorFlow)
                            .clip(c.clipping)
                            .build();
        };
    }
}
