package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;

class ResNetTest {

    private static ResNet.Config small() {
        return ResNet.of(10).first(2).classes(5);
    }

    @Test
    void hasTheParametersOfTheSpecification() {
        ResNet model = ResNet.of(18).initialize(Random.stream(1));
        assertThat(model.parameterCount()).isEqualTo(11_689_512);
        assertThat(model).hasToString("ResNet(18, 1000 classes)");
        assertThat(model.namedParameters())
                .doesNotContainKey("stage1.0.shortcut.0.weight")
                .containsKey("stage2.0.shortcut.0.weight")
                .doesNotContainKey("stage2.1.shortcut.0.weight");
    }

    /// Convolutions are normal with variance 2/(3·3·out), here 2/(9·512) of 2,359,296 numbers.
    @Test
    void startsAsTheSpecificationSays() {
        var parameters = ResNet.of(18).initialize(Random.stream(1)).namedParameters();
        Tensor filter = parameters.get("stage4.1.conv2.weight").value();
        assertThat(filter.square().mean().item()).isCloseTo(2.0 / (9 * 512), within(2e-6));
        assertThat(parameters.get("stage4.1.norm2.weight").value().toFloatArray()).containsOnly(1);
        double bound = 1 / Math.sqrt(512);
        assertThat(parameters.get("scores.bias").value().abs().max().item())
                .isBetween(0.9 * bound, bound);
    }

    /// 65 rows and 40 columns: 33 by 20 behind the convolution, 17 by 10 behind the pooling, then 9
    /// by 5 and 5 by 3 and 3 by 2.
    @Test
    void halvesHeightAndWidthFiveTimes() {
        ResNet model = small().initialize(Random.stream(1));
        Tensor x = Random.stream(3).normal(0, 1, 2, 65, 40, 3);
        assertThat(model.forward(x).shape()).isEqualTo(Shape.of(2, 5));
        Sequential stage4 = (Sequential) model.children().get("stage4");
        assertThat(stage4.forward(Tensor.zeros(2, 5, 3, 8)).shape())
                .isEqualTo(Shape.of(2, 3, 2, 16));
        assertThat(stage4.layers().getFirst()).hasToString("BasicBlock(8 → 16, stride 2)");
    }

    /// Where both convolutions are 0, a block without a shortcut to learn is the ReLU of its input.
    @Test
    void aBlockAddsItsInputBeforeTheLastReLU() {
        BasicBlock block = new BasicBlock(3, 3, 1, Random.stream(1));
        block.namedParameters().get("conv2.weight").set(Tensor.zeros(3, 3, 3, 3));
        Tensor x = Random.stream(3).normal(0, 1, 2, 4, 4, 3);
        assertThat(block.forward(x).toFloatArray()).containsExactly(x.relu().toFloatArray());
    }

    @Test
    void rejectsSizesThatMakeNoNetwork() {
        assertThatThrownBy(() -> ResNet.of(50))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("depth 50: it must be 10, 18 or 34");
        assertThatThrownBy(() -> new ResNet.Config(List.of(1, 1, 1), 3, 64, 10))
                .hasMessageContaining("[1, 1, 1] blocks");
        assertThatThrownBy(() -> new ResNet.Config(List.of(1, 0, 1, 1), 3, 64, 10))
                .hasMessageContaining("at least 1 block");
        assertThatThrownBy(() -> small().classes(0)).hasMessageContaining("0 classes");
    }
}
