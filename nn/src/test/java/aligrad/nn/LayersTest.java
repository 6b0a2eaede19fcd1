package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

import java.util.List;

/// What the small layers compute, worked by hand.
class LayersTest {

    private static final Random RANDOM = Random.stream(2);

    @Test
    void linearMultipliesWithTheTransposedWeight() {
        Linear linear = new Linear(3, 2, RANDOM);
        linear.namedParameters().get("weight").set(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        linear.namedParameters().get("bias").set(Tensor.of(new float[] {10, 20}, 2));
        // 1·1 + 0·2 - 1·3 + 10, 1·4 + 0·5 - 1·6 + 20
        Tensor y = linear.forward(Tensor.of(new float[] {1, 0, -1}, 1, 3));
        assertThat(y.toFloatArray()).containsExactly(8, 18);
        assertThat(linear.forward(Tensor.zeros(2, 4, 3)).shape()).isEqualTo(Shape.of(2, 4, 2));
        assertThat(linear).hasToString("Linear(3 → 2)");
    }

    @Test
    void linearWithoutBiasHasNone() {
        Linear linear = new Linear(3, 2, Linear.Options.DEFAULT.withoutBias(), RANDOM);
        assertThat(linear.namedParameters().keySet()).containsExactly("weight");
        assertThat(linear.forward(Tensor.zeros(1, 3)).toFloatArray()).containsExactly(0, 0);
        assertThat(linear).hasToString("Linear(3 → 2, no bias)");
    }

    @Test
    void convolutionsInGroupsWithBiasStrideAndDilation() {
        Conv2d conv =
                new Conv2d(
                        4,
                        6,
                        Window2d.of(3).withStride(2).withPadding(2).withDilation(2),
                        Conv2d.Options.DEFAULT.withGroups(2),
                        RANDOM);
        assertThat(conv.weight().shape()).isEqualTo(Shape.of(6, 3, 3, 2));
        // (9 + 2·2 - 2·2 - 1)/2 + 1
        assertThat(conv.forward(Tensor.zeros(1, 9, 9, 4)).shape()).isEqualTo(Shape.of(1, 5, 5, 6));
        assertThat(conv)
                .hasToString("Conv2d(4 → 6, 3x3, stride 2, padding 2, dilation 2, groups 2)");
        assertThatThrownBy(
                        () ->
                                new Conv2d(
                                        4,
                                        6,
                                        Window2d.of(3),
                                        Conv2d.Options.DEFAULT.withGroups(4),
                                        RANDOM))
                .hasMessageContaining("4 to 6 channels in 4 groups");
    }

    @Test
    void aOneByOneConvolutionIsALinearMapOfThePixels() {
        Conv2d conv = new Conv2d(3, 2, Window2d.of(1), RANDOM);
        Linear linear = new Linear(3, 2, RANDOM);
        linear.weight().set(conv.weight().value().reshape(2, 3));
        linear.namedParameters().get("bias").set(conv.namedParameters().get("bias").value());
        Tensor x = RANDOM.normal(0, 1, 2, 4, 5, 3);
        assertThat(conv.forward(x).toDoubleArray())
                .containsExactly(linear.forward(x).toDoubleArray(), within(1e-6));
    }

    @Test
    void embeddingLooksUpAndLeavesItsPaddingAlone() {
        Embedding table = new Embedding(4, 2, 1, RANDOM);
        Tensor index = Tensor.of(new long[] {3, 1, 0, 1}, 2, 2);
        Tensor y = table.forward(index);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 2));
        float[] weight = table.weight().value().toFloatArray();
        assertThat(y.toFloatArray())
                .containsExactly(weight[6], weight[7], 0, 0, weight[0], weight[1], 0, 0);
        Tensor gradient = aligrad.autograd.Gradients.of(y.sum()).of(table.weight());
        assertThat(gradient.toFloatArray()).containsExactly(1, 1, 0, 0, 0, 0, 1, 1);
        assertThatThrownBy(() -> new Embedding(4, 2, 4, RANDOM)).hasMessageContaining("0 to 3");
    }

    @Test
    void poolsAndFlattens() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2, 1);
        Window2d half = Window2d.of(2).withStride(2);
        assertThat(new MaxPool2d(half).forward(x).toFloatArray()).containsExactly(4);
        assertThat(new AveragePool2d(half).forward(x).toFloatArray()).containsExactly(2.5f);
        assertThat(new GlobalAveragePool().forward(x).toFloatArray()).containsExactly(2.5f);
        assertThat(new GlobalAveragePool().forward(Tensor.zeros(2, 3, 3, 5)).shape())
                .isEqualTo(Shape.of(2, 5));
        assertThat(new Flatten().forward(Tensor.zeros(2, 3, 4, 5)).shape())
                .isEqualTo(Shape.of(2, 60));
        Window2d padded = Window2d.of(2).withStride(2).withPadding(1);
        assertThat(new AveragePool2d(padded, false).forward(x).toFloatArray())
                .containsExactly(1, 2, 3, 4);
        assertThat(new AveragePool2d(padded).forward(x).toFloatArray())
                .containsExactly(0.25f, 0.5f, 0.75f, 1);
        assertThatThrownBy(() -> new GlobalAveragePool().forward(Tensor.zeros(2, 3)))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void activationsAreTheTensorsFunctions() {
        Tensor x = Tensor.of(new float[] {-2, 0, 1}, 1, 3);
        assertThat(Activation.relu().forward(x).toFloatArray()).containsExactly(0, 0, 1);
        assertThat(Activation.leakyRelu(0.5).forward(x).toFloatArray()).containsExactly(-1, 0, 1);
        assertThat(Activation.softmax().forward(x).sum().item()).isCloseTo(1, within(1e-6));
        List<Activation> all =
                List.of(
                        Activation.elu(),
                        Activation.gelu(),
                        Activation.silu(),
                        Activation.sigmoid(),
                        Activation.tanh(),
                        Activation.softplus(),
                        Activation.logSoftmax());
        List<Tensor> expected =
                List.of(
                        x.elu(),
                        x.gelu(),
                        x.silu(),
                        x.sigmoid(),
                        x.tanh(),
                        x.softplus(),
                        x.logSoftmax(1));
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).forward(x).toFloatArray())
                    .as(all.get(i).toString())
                    .containsExactly(expected.get(i).toFloatArray());
        }
    }

    @Test
    void sequentialRunsItsLayersInOrder() {
        Sequential model =
                Sequential.of(new Flatten(), new Linear(6, 3, RANDOM), Activation.relu());
        Tensor x = RANDOM.normal(0, 1, 2, 2, 3);
        Linear linear = (Linear) model.layers().get(1);
        assertThat(model.forward(x).toFloatArray())
                .containsExactly(linear.forward(x.reshape(2, 6)).relu().toFloatArray());
        assertThat(model.children().keySet()).containsExactly("0", "1", "2");
    }

    @Test
    void normalizationsStandardizeWhatTheySay() {
        Tensor x = RANDOM.normal(3, 2, 4, 5, 5, 6);
        Tensor layer = new LayerNorm(6).forward(x);
        assertThat(layer.mean(3).abs().max().item()).isLessThan(1e-5);
        Tensor group = new GroupNorm(3, 6).forward(x).reshape(4, 25, 3, 2);
        assertThat(group.mean(1, 3).abs().max().item()).isLessThan(1e-5);
        assertThat(group.variance(0, 1, 3).sub(1).abs().max().item()).isLessThan(1e-4);
        Tensor batch = new BatchNorm2d(6).forward(x);
        assertThat(batch.mean(0, 1, 2).abs().max().item()).isLessThan(1e-5);
        assertThatThrownBy(() -> new LayerNorm(5).forward(x)).hasMessageContaining("[5]");
        assertThatThrownBy(() -> new GroupNorm(4, 6)).hasMessageContaining("6 channels in 4");
        assertThatThrownBy(() -> new GroupNorm(3, 6).forward(Tensor.zeros(1, 6, 4, 4)))
                .hasMessageContaining("NCHW");
    }

    @Test
    void layersRunInDoublePrecision() {
        Sequential model =
                Precision.use(
                        DType.F64,
                        () ->
                                Sequential.of(
                                        new Conv2d(3, 4, Window2d.of(3), RANDOM),
                                        new BatchNorm2d(4),
                                        new Dropout(0.3, RANDOM.named("drop")),
                                        new GroupNorm(2, 4),
                                        new Flatten(),
                                        new LayerNorm(16),
                                        new Linear(16, 2, RANDOM)));
        assertThat(model.forward(RANDOM.normal(0, 1, 2, 4, 4, 3).to(DType.F64)).dtype())
                .isEqualTo(DType.F64);
    }
}
