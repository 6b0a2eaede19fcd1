package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Movements;
import aligrad.tensor.Parameter;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class GradientsTest {

    private final Parameter w = new Parameter("w", Tensor.of(new float[] {1, 2, 3}));
    private final Parameter v = new Parameter("v", Tensor.of(new float[] {4, 5, 6}));

    @Test
    void givesTheGradientOfEachParameter() {
        Gradients g = Gradients.of(w.value().mul(v.value()).sum());
        assertThat(g.of(w).toFloatArray()).containsExactly(4, 5, 6);
        assertThat(g.of(v).toFloatArray()).containsExactly(1, 2, 3);
    }

    @Test
    void addsUpTheUsesOfAParameter() {
        Tensor x = w.value();
        Tensor loss = x.square().add(x.mul(10)).add(w.value()).sum(); // 2x + 10 + 1
        assertThat(Gradients.of(loss).of(w).toFloatArray()).containsExactly(13, 15, 17);
    }

    @Test
    void addsUpTheUsesOfAParameterInDifferentScopes() {
        Tensor outside = w.value().square();
        Gradients g =
                Scope.compute(
                        "inner",
                        () -> {
                            Tensor loss = outside.add(w.value().mul(10)).sum();
                            Gradients inner = Gradients.of(loss);
                            Scope.keep(inner.of(w));
                            return inner;
                        });
        assertThat(g.of(w).toFloatArray()).containsExactly(12, 14, 16);
    }

    @Test
    void takesATensorThatIsUsedTwiceByOneOperation() {
        Tensor x = Tensor.of(new double[] {3}).track();
        assertThat(Gradients.of(x.mul(x).mul(x).reshape()).wrt(x).item()).isEqualTo(27);
    }

    @Test
    void followsDiamondsOnce() {
        // y ← y + y ten times is 1024·x: were each path walked on its own, thirty would not end.
        Tensor x = Tensor.of(new double[] {1}).track();
        Tensor y = x;
        for (int i = 0; i < 30; i++) {
            y = y.add(y);
        }
        assertThat(Gradients.of(y.sum()).wrt(x).item()).isEqualTo(1 << 30);
    }

    @Test
    void walksGraphsDeeperThanTheStack() {
        Tensor g =
                Scope.compute(
                        "deep",
                        () -> {
                            Tensor x = Tensor.of(new double[] {1}, 1).track();
                            Tensor y = x;
                            for (int i = 0; i < 20_000; i++) {
                                y = y.cumsum(0);
                            }
                            return Gradients.of(y.sum()).wrt(x);
                        });
        assertThat(g.item()).isEqualTo(1);
    }

    @Test
    void takesACotangentOfTheShapeOfTheResult() {
        Tensor cotangent = Tensor.of(new float[] {1, 0, -1});
        Gradients g = Gradients.of(w.value().square(), cotangent);
        assertThat(g.of(w).toFloatArray()).containsExactly(2, 0, -6);
    }

    @Test
    void acceptsLossesWithOneElementOfAnyRank() {
        Tensor x = Tensor.of(new float[] {2}, 1, 1).track();
        assertThat(Gradients.of(x.square()).wrt(x).toFloatArray()).containsExactly(4);
    }

    @Test
    void aLeafThatIsItsOwnLossHasTheGradientOne() {
        Tensor x = Tensor.scalar(5f).track();
        assertThat(Gradients.of(x).wrt(x).item()).isEqualTo(1);
    }

    @Test
    void detachedTensorsAndUnrecordedOnesPassNothing() {
        Tensor x = w.value();
        Tensor constant = Recording.off(() -> x.square());
        assertThat(constant.isTracked()).isFalse();
        Gradients g = Gradients.of(x.mul(x.detach()).add(constant).sum());
        assertThat(g.of(w).toFloatArray()).containsExactly(1, 2, 3);
    }

    @Test
    void resultsThatNobodyUsesTakeNoPart() {
        List<Tensor> parts = w.value().split(0, 1, 1, 1);
        Gradients g = Gradients.of(parts.get(1).sum());
        assertThat(g.of(w).toFloatArray()).containsExactly(0, 1, 0);
    }

    @Test
    void aParameterBehindAStepHasNoGradient() {
        Gradients g = Gradients.of(w.value().round().mul(v.value()).sum());
        assertThat(g.has(w)).isFalse();
        assertThat(g.find(w)).isEmpty();
        assertThat(g.of(v).toFloatArray()).containsExactly(1, 2, 3);
    }

    @Test
    void namesTheParametersThatWereNotReached() {
        Parameter unused = new Parameter("decoder.bias", Tensor.zeros(2));
        Gradients g = Gradients.of(w.value().sum());
        assertThat(g.missing(List.of(unused, w, v))).containsExactly(unused, v);
        assertThat(g.missing(List.of(w))).isEmpty();
        assertThatThrownBy(() -> g.of(unused))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("decoder.bias F32 [2]: it took no part in the loss");
    }

    @Test
    void leavesAreAskedByTensor() {
        Tensor x = Tensor.of(new float[] {1}).track();
        Tensor y = x.mul(2);
        Gradients g = Gradients.of(y.square());
        assertThat(g.find(x)).isPresent();
        assertThat(g.has(w.value())).isFalse();
        assertThatThrownBy(() -> g.wrt(y)).hasMessageContaining("intermediate result");
        Tensor data = Tensor.of(new float[] {1});
        assertThatThrownBy(() -> g.wrt(data)).hasMessageContaining("not tracked");
        assertThatThrownBy(() -> g.wrt(Tensor.ones(1).track()))
                .hasMessageContaining("took no part");
        assertThat(Gradients.of(w.value().sum()).wrt(w.value()).toFloatArray())
                .containsExactly(1, 1, 1);
    }

    @Test
    void rejectsWhatHasNoGradient() {
        assertThatThrownBy(() -> Gradients.of(w.value()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("F32 [3]")
                .hasMessageContaining("mean()");
        assertThatThrownBy(() -> Gradients.of(Tensor.scalar(1f)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not tracked");
        assertThatThrownBy(() -> Gradients.of(w.value().gt(0).all()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BOOL []: only F32 and F64");
        assertThatThrownBy(() -> Gradients.of(w.value(), Tensor.ones(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]")
                .hasMessageContaining("[2]");
        assertThatThrownBy(() -> Gradients.of(w.value(), Tensor.full(1, DType.F64, 3)))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void gradientsAreComputedRowMajorAndUntracked() {
        Parameter m = new Parameter("m", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        Tensor x = Tensor.of(new float[] {1, 10}, 1, 2);
        Tensor g = Gradients.of(x.matmul(m.value()).transpose().sum()).of(m);
        Tensor h = Gradients.of(m.value().transpose().mul(Tensor.ones(3, 2)).sum()).of(m);
        for (Tensor gradient : List.of(g, h)) {
            assertThat(gradient.isComputed()).isTrue();
            assertThat(gradient.layout().isContiguous()).isTrue();
            assertThat(gradient.isTracked()).isFalse();
        }
        assertThat(g.toFloatArray()).containsExactly(1, 1, 1, 10, 10, 10);
    }

    @Test
    void parametersMayBeOverwrittenAfterwards() {
        Gradients g =
                Scope.compute(
                        "step",
                        () -> {
                            Gradients inner = Gradients.of(w.value().square().sum());
                            Scope.retire();
                            Tensor next = w.value().sub(inner.of(w).mul(0.25));
                            Variable.assign(new Variable[] {w}, new Tensor[] {next});
                            Scope.keep(inner.of(w));
                            return inner;
                        });
        assertThat(g.of(w).toFloatArray()).containsExactly(2, 4, 6);
        assertThat(w.value().toFloatArray()).containsExactly(0.5f, 1, 1.5f);
    }

    @Test
    void nothingIsRecordedUnlessAsked() {
        Tensor x = Tensor.of(new double[] {2}).track();
        Tensor loss = x.pow(3).sum();
        assertThat(Gradients.of(loss).wrt(x).isTracked()).isFalse();
        Tensor first = Recording.off(() -> Gradients.recorded(loss).wrt(x));
        assertThat(first.item()).isEqualTo(12); // 3x²
        Tensor second = Gradients.recorded(first.sum()).wrt(x);
        assertThat(second.item()).isEqualTo(12); // 6x
        Tensor third = Gradients.recorded(second.sum()).wrt(x);
        assertThat(third.item()).isEqualTo(6);
        assertThat(third.isTracked()).isFalse();
    }

    @Test
    void recordedGradientsDependOnTheCotangentToo() {
        Tensor x = Tensor.of(new double[] {2, 3}).track();
        Tensor cotangent = Tensor.of(new double[] {1, 10}).track();
        Tensor g = Gradients.recorded(x.square(), cotangent).wrt(x); // 2·x·cotangent
        Gradients second = Gradients.of(g.sum());
        assertThat(second.wrt(cotangent).toDoubleArray()).containsExactly(4, 6);
        assertThat(second.wrt(x).toDoubleArray()).containsExactly(2, 20);
    }

    @Test
    void gradientsFromElsewhereAreTakenOver() {
        Tensor half = Tensor.full(0.5, DType.F32, 3);
        Gradients g = Gradients.of(Map.of(w, half));
        assertThat(g.of(w)).isSameAs(half);
        assertThat(g.has(v)).isFalse();
        assertThatThrownBy(() -> Gradients.of(Map.of(w, Tensor.ones(2))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("w F32 [3]");
    }

    @Test
    void theSameGraphMayBeDifferentiatedTwice() {
        Tensor loss = Movements.concat(0, w.value(), v.value()).square().sum();
        assertThat(Gradients.of(loss).of(v).toFloatArray())
                .isEqualTo(Gradients.of(loss).of(v).toFloatArray())
                .containsExactly(8, 10, 12);
    }
}
