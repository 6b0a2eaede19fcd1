package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class RecordingTest {

    private final Tensor x = Tensor.of(new float[] {1, 2}, 2).track();

    @Test
    void resultsOfTrackedTensorsRememberHowTheyWereComputed() {
        Tensor y = x.mul(3);
        assertThat(y.isTracked()).isTrue();
        y.toDoubleArray();
        assertThat(y.op()).isInstanceOf(Pointwise.Binary.class);
        assertThat(y.sum().op()).isNotNull();
        assertThat(y.gt(1).isTracked()).isFalse(); // a BOOL has no gradient
        assertThat(y.to(DType.I32).isTracked()).isFalse();
        assertThat(y.detach().isTracked()).isFalse();
        assertThat(y.detach().storage()).isSameAs(y.storage());
    }

    @Test
    void nothingIsRememberedWhereItIsOff() {
        Tensor y =
                Recording.off(
                        () -> {
                            assertThat(Recording.isOn()).isFalse();
                            return x.mul(3);
                        });
        assertThat(Recording.isOn()).isTrue();
        assertThat(y.isTracked()).isFalse();
        assertThat(y.toDoubleArray()).containsExactly(3, 6);
        assertThat(y.op()).isNull();
        boolean inside = Recording.off(() -> Recording.on(() -> x.mul(3).isTracked()));
        assertThat(inside).isTrue();
    }

    @Test
    void isOnAgainAfterAnError() {
        assertThatThrownBy(() -> Recording.off(() -> x.reshape(3)))
                .isInstanceOf(ShapeException.class);
        assertThat(Recording.isOn()).isTrue();
    }

    @Test
    void observersSeeEveryOperationInOrder() {
        List<String> names = new ArrayList<>();
        Recording.observed(
                (op, result) -> {
                    names.add(op.name());
                    assertThat(result.shape()).isEqualTo(op.shape());
                },
                () -> x.add(x).exp().transpose(0, 0).sum());
        assertThat(names).containsExactly("add", "exp", "permute", "sum", "reshape");
    }

    @Test
    void layersHaveAPath() {
        assertThat(Recording.layer()).isEmpty();
        assertThat(Recording.<String>inLayer("encoder", Recording::layer)).isEqualTo("encoder");
    }
}
