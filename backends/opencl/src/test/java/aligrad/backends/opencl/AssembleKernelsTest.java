package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Assemble;
import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Movements;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/// What the conformance suite leaves open: many axes, and sums of whole numbers.
class AssembleKernelsTest {

    @BeforeAll
    static void needsADevice() {
        Presence.device();
    }

    @Test
    void aPieceWithNineAxesThatCannotBeJoined() {
        assertThat(padded("opencl")).isEqualTo(padded("reference"));
    }

    private static float[] padded(String device) {
        int[] extents = {2, 3, 2, 3, 2, 3, 2, 3, 2};
        float[] values = new float[(int) Shape.of(extents).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        int[] ones = new int[extents.length];
        Arrays.fill(ones, 1);
        return Device.use(
                Device.of(device),
                () ->
                        Tensor.of(values, extents)
                                .permute(8, 6, 7, 5, 3, 4, 2, 0, 1)
                                .pad(ones, new int[] {0, 1, 0, 1, 0, 1, 0, 0, 1}, -1)
                                .toFloatArray());
    }

    /// Where both lie, 200 + 200 = 144 modulo 256.
    @Test
    void overlappingPiecesOfWholeNumbersWrapAround() {
        Device.use(
                Device.of("opencl"),
                () -> {
                    Tensor x = Tensor.of(new float[] {200, 200}, 2).to(DType.U8);
                    List<Assemble.Piece> pieces =
                            List.of(
                                    new Assemble.Piece(x, List.of(0), List.of(1)),
                                    new Assemble.Piece(x, List.of(1), List.of(1)));
                    assertThat(Movements.assemble(Shape.of(4), pieces).toLongArray())
                            .containsExactly(200, 144, 200, 0);
                    return null;
                });
    }
}
