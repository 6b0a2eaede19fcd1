package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.optim.AliG;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// What a program sees of a warning: here, since the modules below do not read `java.logging`.
class MissingGradientTest {

    @Test
    void parametersThatNoGradientReachesAreNamedOnce() {
        Parameter used = new Parameter("used", Tensor.of(new double[] {1}, 1));
        Parameter forgotten = new Parameter("forgotten", Tensor.of(new double[] {7}, 1));
        List<String> warnings = new ArrayList<>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord logged) {
                        warnings.add(new SimpleFormatter().formatMessage(logged));
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger("aligrad");
        logger.addHandler(handler);
        try {
            AliG optimizer = AliG.over(List.of(used, forgotten)).build();
            for (int i = 0; i < 3; i++) {
                optimizer.step(() -> used.value().square().sum());
            }
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst())
                .startsWith("no gradient reached 1 of 2 parameters")
                .contains("forgotten");
    }
}
