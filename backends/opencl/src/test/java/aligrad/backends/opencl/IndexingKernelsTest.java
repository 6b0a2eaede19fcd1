package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.IndexException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/// What the conformance suite leaves open: which index is named, and sums of whole numbers.
class IndexingKernelsTest {

    @BeforeAll
    static void needsADevice() {
        Presence.device();
    }

    /// 300 indices of which those at positions 200 and 250 lie outside.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFirstIndexOutsideIsNamed(boolean gathers) {
        float[] positions = new float[300];
        positions[200] = -7;
        positions[250] = 99;
        Device.use(
                Device.of("opencl"),
                () -> {
                    Tensor index = Tensor.of(positions, 300).to(DType.I32);
                    Tensor x = Tensor.of(new float[300], 300);
                    assertThatThrownBy(
                                    () -> {
                                        if (gathers) {
                                            x.gather(0, index);
                                        } else {
                                            x.putAlongAdd(0, index, 5);
                                        }
                                    })
                            .isInstanceOf(IndexException.class)
                            .hasMessageContaining("index -7 at position 200 is outside");
                    return null;
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorLeavesTheDeviceReadyForTheNextOperation(boolean gathers) {
        Device.use(
                Device.of("opencl"),
                () -> {
                    Tensor x = Tensor.of(new float[] {1, 2, 3}, 3);
                    Tensor outside = Tensor.of(new float[] {0, 3}, 2).to(DType.I64);
                    assertThatThrownBy(() -> x.gather(0, outside))
                            .isInstanceOf(IndexException.class);
                    Tensor inside = Tensor.of(new float[] {2, 0, 2}, 3).to(DType.I64);
                    Tensor y = gathers ? x.gather(0, inside) : x.gatherAdd(0, inside, 3);
                    assertThat(y.toFloatArray())
                            .isEqualTo(gathers ? new float[] {3, 1, 3} : new float[] {2, 0, 4});
                    return null;
                });
    }

    /// 3 terms are looked through, 300 are sorted. Each adds 100, so that the sums of a `U8` wrap:
    /// 300 = 44 and 30 000 = 48 modulo 256.
    @ParameterizedTest
    @ValueSource(ints = {3, 300})
    void sumsOfWholeNumbersWrapAround(int terms) {
        float[] hundreds = new float[terms];
        Arrays.fill(hundreds, 100);
        Device.use(
                Device.of("opencl"),
                () -> {
                    Tensor index = Tensor.of(new float[terms], terms).to(DType.I32);
                    Tensor x = Tensor.of(hundreds, terms);
                    assertThat(sums(x.to(DType.U8), index))
                            .containsExactly(terms == 3 ? 44 : 48, 0);
                    assertThat(sums(x.to(DType.I64), index)).containsExactly(100L * terms, 0);
                    assertThat(sums(x.to(DType.BOOL), index)).containsExactly(1, 0);
                    return null;
                });
    }

    private static long[] sums(Tensor x, Tensor index) {
        return x.gatherAdd(0, index, 2).toLongArray();
    }
}
