package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.nn.CrossEntropy;
import aligrad.optim.Optimizer;
import aligrad.optim.SampleTargets;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;

class OptimizerChoiceTest {

    private static final Settings NEW = new Settings(Map.of());

    @Test
    void hasTheNamesOfTheCommandLine() {
        assertThat(OptimizerChoice.values())
                .extracting(OptimizerChoice::label)
                .containsExactly(
                        "alig",
                        "alig-plus",
                        "sgd",
                        "heavy-ball",
                        "nesterov",
                        "adam",
                        "amsgrad",
                        "adamw",
                        "adagrad",
                        "rmsprop",
                        "yogi",
                        "bpgrad",
                        "bpgrad-released",
                        "dfw",
                        "l4adam",
                        "l4mom",
                        "sps",
                        "momo",
                        "momo-adam",
                        "borat",
                        "d-adapt-sgd",
                        "d-adapt-adam",
                        "prodigy",
                        "schedule-free",
                        "schedule-free-adamw",
                        "lion",
                        "lamb");
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsName(OptimizerChoice choice) {
        assertThat(OptimizerChoice.of(choice.label())).isEqualTo(choice);
    }

    @Test
    void anUnknownNameListsTheChoices() {
        assertThatThrownBy(() -> OptimizerChoice.of("ADAM"))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "--optimizer ADAM: there is none of that name; choose alig, alig-plus, sgd,"
                            + " heavy-ball, nesterov, adam, amsgrad, adamw, adagrad, rmsprop, yogi,"
                            + " bpgrad, bpgrad-released, dfw, l4adam, l4mom, sps, momo, momo-adam,"
                            + " borat, d-adapt-sgd, d-adapt-adam, prodigy, schedule-free,"
                            + " schedule-free-adamw, lion, lamb.");
    }

    /// Steps on `(p - 3)²` from 1, the loss of the only sample: each must bring it nearer, under
    /// both experiments' conventions.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BPGRAD_RELEASED")
    void stepsDownhill(OptimizerChoice choice) {
        for (OptimizerChoice.Conventions c :
                new OptimizerChoice.Conventions[] {
                    DncExperiment.CONVENTIONS, MnistExperiment.CONVENTIONS
                }) {
            Parameter p = new Parameter("p", Tensor.of(new float[] {1}, 1));
            double rate = choice.rate(NEW, new RunOptions(), c);
            SampleTargets targets = choice.takesTargets() ? SampleTargets.of(1, 5) : null;
            Optimizer<?> optimizer = choice.over(Map.of("p", p), rate, c.withTargets(targets));
            Objective objective = new Objective((x, labels) -> x.sub(3).square(), targets);
            Tensor one = Tensor.of(new long[] {0}, 1);
            int batches = choice == OptimizerChoice.BORAT ? 2 : 1; // of a step
            double[] losses = new double[2 * batches + 1];
            for (int i = 0; i < losses.length; i++) {
                losses[i] = optimizer.step(() -> objective.mean(p.value(), one, () -> one));
            }
            double first = losses[0];
            double second = losses[batches];
            double third = losses[2 * batches];
            assertThat(first).isEqualTo(4);
            assertThat(second).isLessThan(first);
            assertThat(third).isLessThan(second);
        }
    }

    /// The DNC's conventions have no momentum, those of MNIST 0.9.
    @Test
    void theReleasedBpGradMovesWithMomentumAlone() {
        OptimizerChoice choice = OptimizerChoice.BPGRAD_RELEASED;
        for (OptimizerChoice.Conventions c :
                new OptimizerChoice.Conventions[] {
                    DncExperiment.CONVENTIONS, MnistExperiment.CONVENTIONS
                }) {
            Parameter p = new Parameter("p", Tensor.of(new float[] {1}, 1));
            Optimizer<?> optimizer = choice.over(Map.of("p", p), 0.1, c);
            optimizer.step(() -> p.value().sub(3).square().sum());
            assertThat(p.value().item() == 1).isEqualTo(c.momentum() == 0);
        }
    }

    @Test
    void aligTakesItsMaximumFromTheExperimentOrTheOption() {
        RunOptions options = new RunOptions();
        assertThat(OptimizerChoice.ALIG.rate(NEW, options, DncExperiment.CONVENTIONS)).isInfinite();
        assertThat(OptimizerChoice.ALIG.rate(NEW, options, MnistExperiment.CONVENTIONS))
                .isEqualTo(0.1);
        options.maxLearningRate = "0.5";
        assertThat(OptimizerChoice.ALIG.rate(NEW, options, DncExperiment.CONVENTIONS))
                .isEqualTo(0.5);
        options.maxLearningRate = "none";
        assertThat(OptimizerChoice.ALIG.rate(NEW, options, MnistExperiment.CONVENTIONS))
                .isInfinite();
    }

    @Test
    void aligRefusesALearningRate() {
        RunOptions options = new RunOptions();
        options.learningRate = 0.1;
        refuses(OptimizerChoice.ALIG, options, "--learning-rate: alig computes its step itself");
        refuses(
                OptimizerChoice.ALIG_PLUS,
                options,
                "--learning-rate: alig-plus computes its step itself");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ALIG", "ALIG_PLUS"})
    void allOthersRefuseAMaximum(OptimizerChoice choice) {
        RunOptions options = new RunOptions();
        options.maxLearningRate = "0.1";
        refuses(choice, options, "--max-lr: only alig and alig-plus have a maximal learning rate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1",
                "NaN",
                "much",
                "",
                "1d",
                "1f",
                "0x1p3",
                "Infinity",
                "1e999",
                " 1",
                "1e-999"
            })
    void refusesAMaximumThatIsNone(String maximum) {
        RunOptions options = new RunOptions();
        options.maxLearningRate = maximum;
        refuses(
                OptimizerChoice.ALIG,
                options,
                "--max-lr " + maximum + ": it must be a number above 0, or none.");
    }

    @Test
    void whatIsInTheConfigurationIsNamedThere() {
        Settings saved = new Settings(Map.of("optimizer", "adamm", "max-lr", "1d"));
        assertThatThrownBy(() -> OptimizerChoice.of(saved, null))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(
                        "config.yaml, optimizer: adamm: there is none of that name; choose alig,");
        assertThatThrownBy(
                        () ->
                                OptimizerChoice.ALIG.rate(
                                        saved, new RunOptions(), DncExperiment.CONVENTIONS))
                .isInstanceOf(UsageException.class)
                .hasMessage("config.yaml, max-lr: 1d: it must be a number above 0, or none.");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesALearningRateThatIsNone(double rate) {
        RunOptions options = new RunOptions();
        options.learningRate = rate;
        refuses(
                OptimizerChoice.ADAM,
                options,
                "--learning-rate " + rate + ": it must be a number above 0.");
    }

    @ParameterizedTest
    @EnumSource(names = {"L4ADAM", "L4MOM"})
    void theFractionOfL4IsAtMostOne(OptimizerChoice choice) {
        RunOptions options = new RunOptions();
        options.learningRate = 1.5;
        refuses(
                choice,
                options,
                "--learning-rate 1.5: it is the fraction of " + choice.label() + ", at most 1.");
    }

    /// Scores (2, 0.5, -1, 1.8) of label 0: hinge 0.8, smoothed 0.2121988927, cross-entropy
    /// 0.7459957… = log(1 + e^-1.5 + e^-3 + e^-0.2).
    @Test
    void dfwLearnsWithTheHingeLoss() {
        Tensor scores = Tensor.of(new double[] {2, 0.5, -1, 1.8}, 1, 4);
        Tensor label = Tensor.of(new long[] {0}, 1);
        double entropy = Math.log(1 + Math.exp(-1.5) + Math.exp(-3) + Math.exp(-0.2));
        assertThat(
                        OptimizerChoice.DFW
                                .loss(CrossEntropy.options(), false)
                                .mean(scores, label)
                                .item())
                .isCloseTo(0.8, within(1e-12));
        assertThat(
                        OptimizerChoice.DFW
                                .loss(CrossEntropy.options(), true)
                                .mean(scores, label)
                                .item())
                .isCloseTo(0.2121988927, within(1e-9));
        for (OptimizerChoice choice : OptimizerChoice.values()) {
            if (choice != OptimizerChoice.DFW) {
                assertThat(choice.loss(CrossEntropy.options(), true).mean(scores, label).item())
                        .isCloseTo(entropy, within(1e-12));
                assertThat(choice.lossUnit()).isEqualTo(" nats");
            }
        }
        assertThat(OptimizerChoice.DFW.lossUnit()).isEmpty();
    }

    private static void refuses(OptimizerChoice choice, RunOptions options, String message) {
        assertThatThrownBy(() -> choice.rate(NEW, options, DncExperiment.CONVENTIONS))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }
}
