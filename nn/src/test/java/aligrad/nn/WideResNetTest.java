package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.Map;

class WideResNetTest {

    private static final Tensor IMAGES = Random.stream(3).normal(0, 1, 4, 8, 8, 3);

    private static WideResNet.Config small() {
        return WideResNet.of(10, 2).first(2).classes(5);
    }

    @Test
    void hasTheParametersOfThePaper() {
        Random random = Random.stream(1);
        assertThat(WideResNet.of(16, 4).initialize(random).parameterCount()).isEqualTo(2_748_890);
        assertThat(WideResNet.of(40, 4).initialize(random).parameterCount()).isEqualTo(8_949_210);
        assertThat(WideResNet.of(40, 4).classes(100).initialize(random).parameterCount())
                .isEqualTo(8_972_340);
    }

    @Test
    void halvesHeightAndWidthTwice() {
        WideResNet model = WideResNet.of(16, 1).initialize(Random.stream(1));
        Tensor x = Random.stream(3).normal(0, 1, 2, 32, 32, 3);
        assertThat(model.forward(x).shape()).isEqualTo(Shape.of(2, 10));
        Sequential stage2 = (Sequential) model.children().get("stage2");
        assertThat(stage2.forward(Tensor.zeros(2, 32, 32, 16)).shape())
                .isEqualTo(Shape.of(2, 16, 16, 32));
        assertThat(model).hasToString("WideResNet(WRN-16-1, 10 classes)");
        assertThat(stage2.layers().getFirst()).hasToString("PreactivationBlock(16 → 32, stride 2)");
    }

    /// The first block of a stage changes the channels; at width 1 that of the first stage does
    /// not.
    @Test
    void onlyBlocksThatChangeTheChannelsHaveAShortcutToLearn() {
        assertThat(WideResNet.of(16, 2).initialize(Random.stream(1)).namedParameters())
                .containsKey("stage1.0.shortcut.weight")
                .doesNotContainKey("stage1.1.shortcut.weight");
        assertThat(WideResNet.of(16, 1).initialize(Random.stream(1)).namedParameters())
                .doesNotContainKey("stage1.0.shortcut.weight")
                .containsKey("stage2.0.shortcut.weight");
    }

    /// Convolutions are normal with variance 2/(3·3·out), here 2/(9·256) of 589,824 numbers.
    @Test
    void startsAsThePaperDoes() {
        WideResNet model = WideResNet.of(16, 4).initialize(Random.stream(1));
        Map<String, Parameter> parameters = model.namedParameters();
        Tensor filter = parameters.get("stage3.1.conv2.weight").value();
        assertThat(filter.mean().item()).isCloseTo(0, within(2e-4));
        assertThat(filter.square().mean().item()).isCloseTo(2.0 / (9 * 256), within(1e-5));
        assertThat(parameters.get("scores.bias").value().toFloatArray()).containsOnly(0);
        assertThat(parameters.get("scores.weight").value().abs().max().item())
                .isBetween(0.9 / 16, 1.0 / 16); // uniform in ±1/√256
        double norm =
                Math.sqrt(
                        model.parameters().stream()
                                .mapToDouble(p -> p.value().squaredNorm().item())
                                .sum());
        assertThat(norm).isCloseTo(73.1, within(0.2)); // the specification's expectation
    }

    @Test
    void dropsInTrainingAloneAndDifferentlyInEachPass() {
        WideResNet model = small().dropout(0.4).initialize(Random.stream(1));
        assertThat(model.namedStreams()).hasSize(3).containsKey("stage2.0.dropout.random");
        float[] first = model.forward(IMAGES).toFloatArray();
        assertThat(model.forward(IMAGES).toFloatArray()).isNotEqualTo(first);
        model.eval();
        float[] judged = model.forward(IMAGES).toFloatArray();
        assertThat(model.forward(IMAGES).toFloatArray()).isEqualTo(judged);

        WideResNet same = small().dropout(0.4).initialize(Random.stream(1));
        assertThat(same.forward(IMAGES).toFloatArray()).isEqualTo(first);
        assertThat(small().initialize(Random.stream(1)).namedStreams()).isEmpty();
    }

    @Test
    void inEvaluationAnImageDoesNotDependOnItsBatch() {
        WideResNet model = small().initialize(Random.stream(1));
        for (int i = 0; i < 20; i++) {
            model.forward(IMAGES); // moves the running statistics to those of the images
        }
        Tensor together = model.forward(IMAGES);
        model.eval();
        Tensor judged = model.forward(IMAGES);
        Tensor alone = model.forward(IMAGES.slice(0, 0, 1));
        assertThat(alone.toFloatArray())
                .containsExactly(judged.slice(0, 0, 1).toFloatArray(), within(1e-5f));
        assertThat(judged.sub(together).abs().max().item()).isPositive();
    }

    @Test
    void rejectsSizesThatMakeNoNetwork() {
        assertThatThrownBy(() -> WideResNet.of(20, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of depth 20: it must be 6·n + 4, such as 10, 16");
        assertThatThrownBy(() -> WideResNet.of(4, 4)).hasMessageContaining("depth 4");
        assertThatThrownBy(() -> WideResNet.of(16, 0)).hasMessageContaining("width 0");
        assertThatThrownBy(() -> small().classes(0)).hasMessageContaining("0 classes");
        assertThatThrownBy(() -> small().dropout(1)).hasMessageContaining("dropout 1.0");
    }

    @Test
    void namesTheLayerOfImagesThatDoNotFit() {
        WideResNet model = small().initialize(Random.stream(1));
        assertThatThrownBy(() -> model.forward(Tensor.zeros(1, 3, 8, 8)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("conv1");
    }
}
