package aligrad.optim;

import aligrad.autograd.Gradients;
import aligrad.tensor.Movements;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// The problem of `relatives_golden.py`: two parameters in `F64`, and in each step another bowl
/// with loss `½ Σ k_i (w_i - c_i)²`.
final class Bowl {

    static final double[] K = {1, 0.5, 2};

    final Parameter a = new Parameter("a", Tensor.of(new double[] {1, -2}));
    final Parameter b = new Parameter("b", Tensor.of(new double[] {0.5}));
    final Optimizer<?> optimizer;

    Bowl(Function<Map<String, Parameter>, Optimizer<?>> maker) {
        optimizer = maker.apply(Map.of("a", a, "b", b));
    }

    /// A copy of the weights as they are, with an optimizer that goes on from this one's state.
    Bowl resumed(Function<Map<String, Parameter>, Optimizer<?>> maker) {
        Bowl bowl = new Bowl(maker);
        bowl.a.set(a.value());
        bowl.b.set(b.value());
        bowl.optimizer.load(optimizer.state());
        return bowl;
    }

    static double center(int t, int i) {
        return (7 * t + 3 * i) % 11 / 10.0 - 0.5;
    }

    double[] weights() {
        double[] first = a.value().toDoubleArray();
        return new double[] {first[0], first[1], b.value().toDoubleArray()[0]};
    }

    double loss(int t) {
        double[] w = weights();
        double loss = 0;
        for (int i = 0; i < 3; i++) {
            loss += 0.5 * K[i] * (w[i] - center(t, i)) * (w[i] - center(t, i));
        }
        return loss;
    }

    StepReport step(int t) {
        double[] w = weights();
        double[] g = new double[3];
        for (int i = 0; i < 3; i++) {
            g[i] = K[i] * (w[i] - center(t, i));
        }
        Gradients gradients =
                Gradients.of(
                        Map.of(
                                a, Tensor.of(new double[] {g[0], g[1]}),
                                b, Tensor.of(new double[] {g[2]})));
        return optimizer.step(gradients, loss(t));
    }

    /// Sample z of ALI-G+: the bowl of batch z, plus z/20; as tensors.
    private Tensor sampleLoss(int z) {
        Tensor first = a.value().sub(Tensor.of(new double[] {center(z, 0), center(z, 1)}));
        Tensor second = b.value().sub(center(z, 2));
        return first.square()
                .mul(Tensor.of(new double[] {K[0], K[1]}))
                .sum()
                .add(second.square().mul(K[2]).sum())
                .mul(0.5)
                .add(z / 20.0);
    }

    /// A step of ALI-G+ with two of six samples, and the end of an epoch after three of them.
    StepReport sampleStep(int t, SampleTargets targets) {
        int[] z = {2 * t % 6, (2 * t + 1) % 6};
        optimizer.step(
                () ->
                        targets.mean(
                                Tensor.of(new long[] {z[0], z[1]}),
                                Movements.stack(0, sampleLoss(z[0]), sampleLoss(z[1]))));
        if (t % 3 == 2) {
            targets.endEpoch();
        }
        return Objects.requireNonNull(optimizer.lastStep());
    }
}
