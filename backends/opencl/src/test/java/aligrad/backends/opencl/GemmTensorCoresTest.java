package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.backends.opencl.GemmTensorCores.Instructions;
import aligrad.backends.opencl.GemmTensorCores.Tile;
import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Twin;
import aligrad.tensor.Window2d;
import aligrad.tensor.spi.Precision;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Random;

/// The index arithmetic of tensor cores, with instructions that are emulated.
class GemmTensorCoresTest {

    private static OpenClDevice device = null;

    @BeforeAll
    static void open() {
        device = new OpenClDevice("test", Presence.device().open(), ProgramCache.chosen());
    }

    private static GemmTensorCores engine(Precision precision, Tile tile) {
        Gemm.Engine others =
                Family.PANELS.engine(device, Choices.of(Shipped.of(device.facts(), Family.PANELS)));
        return new GemmTensorCores(device, others, precision, Instructions.EMULATED, tile);
    }

    private static String trial(Precision precision, Tile tile) {
        String[] wrong = new String[1];
        device.run(() -> wrong[0] = engine(precision, tile).trial());
        return wrong[0];
    }

    /// As exactly as single precision adds, every product of rounded factors: matrices in all
    /// orders, cut terms, windows and their transpose.
    @ParameterizedTest
    @EnumSource(names = {"TF32", "BF16"})
    void productsAreThoseOfRoundedFactors(Precision precision) {
        assertThat(trial(precision, Tile.SMALL)).isNull();
    }

    @Test
    void theLargeTileComputesTheSame() {
        String[] wrong = new String[1];
        device.run(
                () ->
                        wrong[0] =
                                new ProductCheck(
                                                device,
                                                x -> Precision.TF32.rounded((float) x),
                                                0x1p-24)
                                        .matrices(
                                                new Gemm(
                                                        device, engine(Precision.TF32, Tile.LARGE)),
                                                new int[] {131, 133, 45}));
        assertThat(wrong[0]).isNull();
    }

    /// Otherwise the test above would accept kernels that round nothing, or other bits.
    @Test
    void theyAreNotThoseOfTheFactorsThemselves() {
        device.run(
                () -> {
                    Gemm gemm = new Gemm(device, engine(Precision.TF32, Tile.SMALL));
                    int[] mnk = {20, 9, 40};
                    assertThat(ProductCheck.single(device).matrices(gemm, mnk)).isNotNull();
                    assertThat(
                                    new ProductCheck(
                                                    device,
                                                    x -> Precision.BF16.rounded((float) x),
                                                    0x1p-24)
                                            .matrices(gemm, mnk))
                            .isNotNull();
                });
    }

    @Test
    void roundingGoesToTheNearest() {
        // a step of tf32 above 1 is 2^-10, of bf16 2^-7; halves go away from 0, or to the even one
        assertThat(Precision.TF32.rounded(1 + 0x1p-11f)).isEqualTo(1 + 0x1p-10f);
        assertThat(Precision.TF32.rounded(-1 - 0x1.fp-12f)).isEqualTo(-1);
        assertThat(Precision.BF16.rounded(1 + 0x1p-8f)).isEqualTo(1);
        assertThat(Precision.BF16.rounded(1 + 0x3p-8f)).isEqualTo(1 + 0x1p-6f);
        assertThat(Precision.BF16.rounded(Float.NEGATIVE_INFINITY))
                .isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Precision.BF16.rounded(Float.NaN)).isNaN();
        assertThat(Precision.FP32.rounded(0.1f)).isEqualTo(0.1f);
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            float x = random.nextFloat(-4, 4);
            for (Precision precision : Precision.values()) {
                float off = Math.abs(precision.rounded(x) - x);
                assertThat(off).isLessThanOrEqualTo((float) (precision.unit() * Math.abs(x)));
            }
        }
    }

    @Test
    void aDeviceWithoutTensorCoresIsRefused() {
        assertThatThrownBy(
                        () ->
                                GemmTensorCores.of(
                                        device, engine(Precision.FP32, Tile.SMALL), Precision.BF16))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("precision bf16 on test (")
                .hasMessageContaining("NVIDIA")
                .hasMessageContaining("ask for fp32");
    }

    private static Tensor program() {
        Random random = new Random(5);
        Tensor x = draw(random, 2, 9, 8, 10);
        Tensor filter = draw(random, 12, 3, 3, 10);
        Window2d window = Window2d.of(3).withPadding(1);
        Tensor y = x.conv2d(filter, window, 1);
        Tensor dx = y.conv2dInputGradient(filter, window, 1, x.shape());
        Tensor df = x.conv2dFilterGradient(y, window, 1);
        Tensor a = draw(random, 3, 20, 50);
        Tensor product = a.matmul(draw(random, 50, 30));
        return y.sum().add(dx.sum()).add(df.sum()).add(product.sum());
    }

    private static Tensor draw(Random random, int... shape) {
        float[] values = new float[(int) Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat(-1, 1);
        }
        return Tensor.of(values, shape);
    }

    /// Products may differ by the rounding of both factors, everything else as always.
    @ParameterizedTest
    @EnumSource(names = {"TF32", "BF16"})
    void aTwinAllowsWhatThePrecisionStates(Precision precision) {
        Device emulated = Device.of("emulated:" + precision.label());
        assertThat(emulated.backend().precision()).isEqualTo(precision);
        Device reference = Device.of("reference");
        double sum =
                Device.use(emulated, () -> Twin.check(reference, () -> program().detach().item()));
        assertThat(sum).isNotNaN();
    }

    @Test
    void doublesAreNotRounded() {
        Device emulated = Device.of("emulated:bf16");
        double[] products =
                Device.use(
                        emulated,
                        () -> {
                            Tensor x = Tensor.range(200).to(DType.F64).div(7).reshape(10, 20);
                            return Twin.check(
                                    Device.of("reference"),
                                    () -> x.matmul(x.transpose()).toDoubleArray());
                        });
        assertThat(products).hasSize(100);
    }
}
