package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.optim.Optimizer;
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
                        "sgd",
                        "heavy-ball",
                        "nesterov",
                        "adam",
                        "amsgrad",
                        "adamw",
                        "adagrad",
                        "rmsprop");
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
                        "--optimizer ADAM: there is none of that name; choose alig, sgd,"
                                + " heavy-ball, nesterov, adam, amsgrad, adamw, adagrad, rmsprop.");
    }

    /// Steps on `(p - 3)²` from 1: each must bring it nearer, under both experiments' conventions.
    @ParameterizedTest
    @EnumSource
    void stepsDownhill(OptimizerChoice choice) {
        for (OptimizerChoice.Conventions c :
                new OptimizerChoice.Conventions[] {
                    DncExperiment.CONVENTIONS, MnistExperiment.CONVENTIONS
                }) {
            Parameter p = new Parameter("p", Tensor.of(new float[] {1}, 1));
            double rate = choice.rate(NEW, new RunOptions(), c);
            Optimizer<?> optimizer = choice.over(Map.of("p", p), rate, c);
            double first = optimizer.step(() -> p.value().sub(3).square().sum());
            double second = optimizer.step(() -> p.value().sub(3).square().sum());
            double third = optimizer.step(() -> p.value().sub(3).square().sum());
            assertThat(first).isEqualTo(4);
            assertThat(second).isLessThan(first);
            assertThat(third).isLessThan(second);
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
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ALIG")
    void allOthersRefuseAMaximum(OptimizerChoice choice) {
        RunOptions options = new RunOptions();
        options.maxLearningRate = "0.1";
        refuses(choice, options, "--max-lr: only alig has a maximal learning rate");
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

    private static void refuses(OptimizerChoice choice, RunOptions options, String message) {
        assertThatThrownBy(() -> choice.rate(NEW, options, DncExperiment.CONVENTIONS))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }
}
