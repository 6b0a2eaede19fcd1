package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.function.UnaryOperator;

class CheckpointTest {

    private final Parameter w = new Parameter("w", Values.signed(1, 3, 3));
    private final Parameter b = new Parameter("b", Values.signed(2, 3));

    private Tensor block(Tensor x) {
        return x.affine(w.value(), b.value()).tanh().mul(b.value()).add(x);
    }

    @Test
    void givesTheSameGradientsToTheInputAndToTheParametersInside() {
        Tensor x = Values.signed(3, 2, 3).track();
        Gradients plain = Gradients.of(block(block(x)).square().sum());
        Tensor y = Checkpoint.of(this::block, Checkpoint.of(this::block, x));
        Gradients g = Gradients.of(y.square().sum());
        assertThat(g.wrt(x).toDoubleArray()).isEqualTo(plain.wrt(x).toDoubleArray());
        // The contributions to a parameter are summed block by block, which rounds differently.
        assertThat(g.of(w).toDoubleArray())
                .containsExactly(plain.of(w).toDoubleArray(), within(1e-13));
        assertThat(g.of(b).toDoubleArray())
                .containsExactly(plain.of(b).toDoubleArray(), within(1e-13));
    }

    @Test
    void parametersGetTheirGradientsBehindUntrackedData() {
        Tensor images = Values.signed(3, 2, 3);
        Gradients g = Gradients.of(Checkpoint.of(this::block, images).sum());
        Gradients plain = Gradients.of(block(images).sum());
        assertThat(g.of(w).toDoubleArray()).isEqualTo(plain.of(w).toDoubleArray());
    }

    @Test
    void secondDerivativesPassThrough() {
        Tensor x = Values.signed(3, 2, 3);
        GradientCheck.first(t -> Checkpoint.of(u -> u.square().mul(t[1]).tanh(), t[0]), x, x.neg());
        GradientCheck.second(t -> Checkpoint.of(u -> u.square().mul(t[1]), t[0]), x, x.neg());
    }

    @Test
    void aCapturedIntermediateResultGetsItsGradient() {
        Tensor x = Values.signed(3, 2, 3).track();
        Tensor h = x.sin();
        Gradients g = Gradients.of(Checkpoint.of(u -> u.mul(h), x).sum());
        Gradients plain = Gradients.of(x.mul(h).sum());
        assertThat(g.wrt(x).toDoubleArray()).isEqualTo(plain.wrt(x).toDoubleArray());
    }

    @Test
    void drawsTheSameRandomMasksAgain() {
        Random random = Random.stream(5);
        Tensor x = Tensor.ones(100).track();
        Tensor y =
                Checkpoint.of(t -> random.bernoulli(0.5, t.shape()).where(t.mul(2), 0), x, random);
        random.integer(0, 10); // what is drawn afterwards is not drawn again
        long position = random.position();
        Tensor g = Gradients.of(y.sum()).wrt(x);
        assertThat(g.toFloatArray()).isEqualTo(y.toFloatArray()).contains(0, 2);
        assertThat(random.position()).isEqualTo(position);
    }

    @Test
    void runsTheFunctionOnceMoreForTheGradientsAndNotOtherwise() {
        int[] runs = {0};
        UnaryOperator<Tensor> counted =
                t -> {
                    runs[0]++;
                    return t.square();
                };
        Tensor x = Values.signed(1, 3);
        assertThat(Checkpoint.of(counted, x).isTracked()).isFalse();
        assertThat(Recording.off(() -> Checkpoint.of(counted, x.track())).isTracked()).isFalse();
        Tensor y = Checkpoint.of(counted, x.track());
        assertThat(runs[0]).isEqualTo(3);
        Gradients.of(y.sum());
        assertThat(runs[0]).isEqualTo(4);
    }

    @Test
    void theIdentityIsItsOwnResult() {
        Tensor x = Values.signed(1, 3).track();
        assertThat(Gradients.of(Checkpoint.of(t -> t, x).sum()).wrt(x).toDoubleArray())
                .containsExactly(1, 1, 1);
    }
}
