package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.Gradients;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The three steps with which the golden vectors were made: gradients and losses that do not depend
/// on the parameters, in `F64`.
final class GoldenSequence {

    private static final double[][] GRADIENTS = {
        {0.1, -0.2, 0.3}, {-0.4, 0.5, 0.6}, {0.05, 0, -0.1},
    };
    private static final double[] LOSSES = {0.7, 0.02, 0.9};

    final Parameter w = new Parameter("w", Tensor.of(new double[] {1, -2, 0.5}));
    final Optimizer<?> optimizer;

    GoldenSequence(Function<List<Parameter>, Optimizer<?>> maker) {
        optimizer = maker.apply(List.of(w));
    }

    StepReport step(int t) {
        Gradients g = Gradients.of(Map.of(w, Tensor.of(GRADIENTS[t])));
        return optimizer.step(g, LOSSES[t]);
    }

    void expect(double... values) {
        assertThat(w.value().toDoubleArray()).containsExactly(values, within(1e-9));
    }
}
