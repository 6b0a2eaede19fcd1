package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class DenseNetTest {

    private static final Tensor IMAGES = Random.stream(3).normal(0, 1, 4, 8, 8, 3);

    private static DenseNet.Config small() {
        return DenseNet.of(10, 3).classes(5);
    }

    private static long count(DenseNet.Config config) {
        return config.initialize(Random.stream(1)).parameterCount();
    }

    @Test
    void hasTheParametersOfThePaper() {
        DenseNet.Config bottleneck = DenseNet.of(40, 40);
        assertThat(count(bottleneck)).isEqualTo(1_901_920);
        assertThat(count(bottleneck.classes(100))).isEqualTo(1_941_520);
        DenseNet.Config plain = DenseNet.plain(40, 40);
        assertThat(count(plain.reduction(0.5))).isEqualTo(6_542_320);
        assertThat(count(plain)).isEqualTo(11_583_760);
        assertThat(count(plain.classes(100))).isEqualTo(11_720_560);
    }

    /// 2·4 channels, 2 layers of 4 more, half of 16; 2 layers, half of 16; 2 layers.
    @Test
    void appendsChannelsAndHalvesThemBetweenBlocks() {
        DenseNet model = DenseNet.of(16, 4).initialize(Random.stream(1));
        Tensor x = Random.stream(3).normal(0, 1, 2, 32, 32, 3);
        assertThat(model.forward(x).shape()).isEqualTo(Shape.of(2, 10));
        Sequential body = (Sequential) model.children().get("body");
        assertThat(body.forward(Tensor.zeros(2, 32, 32, 8)).shape())
                .isEqualTo(Shape.of(2, 8, 8, 16));
        assertThat(model).hasToString("DenseNet(BC-16-4, 10 classes)");
        assertThat(DenseNet.plain(7, 3).initialize(Random.stream(1)))
                .hasToString("DenseNet(plain-7-3, 10 classes)");
    }

    @Test
    void aLayerPassesItsInputOnUnchanged() {
        DenseLayer layer = new DenseLayer(3, small(), Random.stream(1), Random.stream(2));
        Tensor y = layer.forward(IMAGES);
        assertThat(y.shape()).isEqualTo(Shape.of(4, 8, 8, 6));
        assertThat(y.slice(3, 0, 3).toFloatArray()).isEqualTo(IMAGES.toFloatArray());
        assertThat(layer).hasToString("DenseLayer(3 → 6)");
    }

    /// Three blocks of one layer with two convolutions, and two transitions.
    @Test
    void dropsBehindEachConvolutionInTrainingAlone() {
        DenseNet model = small().dropout(0.4).initialize(Random.stream(1));
        assertThat(model.namedStreams()).hasSize(3 * 2 + 2);
        float[] first = model.forward(IMAGES).toFloatArray();
        assertThat(model.forward(IMAGES).toFloatArray()).isNotEqualTo(first);
        model.eval();
        float[] judged = model.forward(IMAGES).toFloatArray();
        assertThat(model.forward(IMAGES).toFloatArray()).isEqualTo(judged);

        DenseNet same = small().dropout(0.4).initialize(Random.stream(1));
        assertThat(same.forward(IMAGES).toFloatArray()).isEqualTo(first);
        assertThat(small().initialize(Random.stream(1)).namedStreams()).isEmpty();
    }

    @Test
    void inEvaluationAnImageDoesNotDependOnItsBatch() {
        DenseNet model = small().initialize(Random.stream(1));
        model.forward(IMAGES);
        model.eval();
        assertThat(model.forward(IMAGES.slice(0, 0, 1)).toFloatArray())
                .containsExactly(
                        model.forward(IMAGES).slice(0, 0, 1).toFloatArray(), within(1e-5f));
    }

    @Test
    void rejectsSizesThatMakeNoNetwork() {
        assertThatThrownBy(() -> DenseNet.of(13, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of depth 13 with a bottleneck: it must be 6·n + 4");
        assertThatThrownBy(() -> DenseNet.plain(12, 4))
                .hasMessageContaining("of depth 12 without bottleneck: it must be 3·n + 4");
        assertThatThrownBy(() -> DenseNet.of(10, 0)).hasMessageContaining("growth 0");
        assertThatThrownBy(() -> small().reduction(0)).hasMessageContaining("reduction 0.0");
        assertThatThrownBy(() -> small().reduction(1.5)).hasMessageContaining("reduction 1.5");
        assertThatThrownBy(() -> small().dropout(-1)).hasMessageContaining("dropout -1.0");
        assertThatThrownBy(() -> small().reduction(0.01).initialize(Random.stream(1)))
                .hasMessageContaining("transition 1 would keep none of its 9 channels");
    }
}
