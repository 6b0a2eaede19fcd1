package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

class SettingsTest {

    private static final Settings NEW = new Settings(Map.of());
    private static final Settings RESUMED =
            new Settings(
                    Map.of(
                            "optimizer",
                            "adam",
                            "learning-rate",
                            0.01,
                            "max-lr",
                            "none",
                            "seed",
                            7,
                            "iterations",
                            100));

    @Test
    void aNewRunTakesWhatIsGivenOrTheDefault() {
        assertThat(NEW.text("optimizer", "sgd", "alig")).isEqualTo("sgd");
        assertThat(NEW.text("optimizer", null, "alig")).isEqualTo("alig");
        assertThat(NEW.text("max-lr", null)).isNull();
        assertThat(NEW.number("learning-rate", 0.5)).isEqualTo(0.5);
        assertThat(NEW.number("learning-rate", null)).isNull();
        assertThat(NEW.whole("seed", 3L, 1)).isEqualTo(3);
        assertThat(NEW.whole("seed", null, 1)).isEqualTo(1);
        assertThat(NEW.changeable("iterations", null, 10)).isEqualTo(10);
    }

    @Test
    void aResumedRunKeepsWhatItWasStartedWith() {
        assertThat(RESUMED.text("optimizer", null, "alig")).isEqualTo("adam");
        assertThat(RESUMED.text("max-lr", null)).isEqualTo("none");
        assertThat(RESUMED.number("learning-rate", null)).isEqualTo(0.01);
        assertThat(RESUMED.whole("seed", null, 1)).isEqualTo(7);
        assertThat(RESUMED.changeable("iterations", null, 10)).isEqualTo(100);
    }

    @Test
    void aResumedRunMayBeToldTheSameAgain() {
        assertThat(RESUMED.text("optimizer", "adam", "alig")).isEqualTo("adam");
        assertThat(RESUMED.number("learning-rate", 1e-2)).isEqualTo(0.01);
        assertThat(new Settings(Map.of("max-lr", 0.1)).text("max-lr", "1e-1")).isEqualTo("0.1");
        assertThat(RESUMED.whole("seed", 7L, 1)).isEqualTo(7);
    }

    @Test
    void aResumedRunRefusesAnotherValue() {
        assertThatThrownBy(() -> RESUMED.text("optimizer", "sgd", "alig"))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "--optimizer sgd: the run to resume was started with adam; leave the option"
                                + " out, or start a new run with --out.");
        assertThatThrownBy(() -> RESUMED.number("learning-rate", 0.02))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(
                        "--learning-rate 0.02: the run to resume was started with 0.01");
        assertThatThrownBy(() -> RESUMED.whole("seed", 8L, 1)).isInstanceOf(UsageException.class);
    }

    @Test
    void theNumberOfIterationsMayChange() {
        assertThat(RESUMED.changeable("iterations", 200L, 10)).isEqualTo(200);
    }

    @Test
    void aResumedRunMustHaveEverySetting() {
        Settings lacking = new Settings(Map.of("experiment", "dnc"), Path.of("r/config.yaml"));
        String reason = "r/config.yaml: it lacks 'seed', so the run cannot be resumed; add";
        assertThatThrownBy(() -> lacking.whole("seed", null, 1)).hasMessageStartingWith(reason);
        assertThatThrownBy(() -> lacking.whole("seed", 1L, 1)).hasMessageStartingWith(reason);
        assertThatThrownBy(() -> lacking.changeable("iterations", 3L, 1))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("r/config.yaml: it lacks 'iterations'");
        assertThatThrownBy(() -> lacking.text("optimizer", null, "alig"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("r/config.yaml: it lacks 'optimizer'");
    }

    @Test
    void aSettingThatWouldBeOverwrittenIsRefused() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("batch-size", 16);
        configuration.put("iterations", 20L);
        Settings same = new Settings(Map.of("batch-size", 16, "iterations", 10));
        same.changeable("iterations", 20L, 1);
        same.requireSame(configuration);
        NEW.requireSame(configuration);

        Settings other = new Settings(Map.of("batch-size", 32, "iterations", 20));
        assertThatThrownBy(() -> other.requireSame(configuration))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(
                        "config.yaml, batch-size: 32: this run computes with 16; start a new run");
        Settings more = new Settings(Map.of("batch-size", 16, "iterations", 20, "momentum", 1));
        assertThatThrownBy(() -> more.requireSame(configuration))
                .isInstanceOf(UsageException.class)
                .hasMessage("config.yaml: this run has no setting 'momentum'; remove the line.");
    }

    @Test
    void aDamagedConfigurationIsNamed() {
        Settings damaged =
                new Settings(Map.of("seed", "x", "iterations", 1.5, "learning-rate", "fast"));
        assertThatThrownBy(() -> damaged.whole("seed", null, 1))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("seed: x", "config.yaml");
        assertThatThrownBy(() -> damaged.changeable("iterations", null, 1))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("iterations: 1.5", "config.yaml");
        assertThatThrownBy(() -> damaged.number("learning-rate", null))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("learning-rate: fast", "config.yaml");
    }
}
