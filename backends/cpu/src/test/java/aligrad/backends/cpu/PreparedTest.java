package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;
import aligrad.tensor.Window2d;
import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

class PreparedTest {

    private final AtomicInteger made = new AtomicInteger();

    private static HostStorage weights() {
        HostStorage storage = HostMemory.allocate(1024, "test", "", false);
        storage.moveTo(null);
        return storage;
    }

    private @Nullable Prepared take(HostStorage storage, int rows) {
        return Prepared.of(
                storage,
                new Prepared.Operand(Prepared.Form.GEMM_STRIPS, 0, rows, 1, 1, 1),
                1024,
                address -> {
                    made.incrementAndGet();
                    Lanes.putF32(address, made.get());
                });
    }

    private boolean isKept(HostStorage storage, int rows) {
        try (Prepared prepared = take(storage, rows)) {
            return prepared != null;
        }
    }

    @Test
    void keepsAnOperandFromItsSecondUseOn() {
        HostStorage storage = weights();
        assertThat(isKept(storage, 1)).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThat(isKept(storage, 1)).isTrue();
        }
        assertThat(made).hasValue(1);
        assertThat(isKept(storage, 2)).as("another form").isFalse();
    }

    @Test
    void makesItAnewWhenItWasOverwritten() {
        HostStorage storage = weights();
        isKept(storage, 1);
        isKept(storage, 1);
        storage.countOverwrite();
        try (Prepared prepared = take(storage, 1)) {
            assertThat(prepared).isNotNull();
            assertThat(Lanes.f32(prepared.address())).isEqualTo(2);
        }
        assertThat(made).hasValue(2);
    }

    @Test
    void keepsNothingOfWhatIsOverwrittenBetweenUses() {
        HostStorage storage = weights();
        for (int i = 0; i < 4; i++) {
            assertThat(isKept(storage, 1)).isFalse();
            storage.countOverwrite();
        }
        assertThat(made).hasValue(0);
    }

    @Test
    void leavesAloneWhatSomebodyReads() {
        HostStorage storage = weights();
        isKept(storage, 1);
        try (Prepared before = take(storage, 1)) {
            assertThat(before).isNotNull();
            storage.countOverwrite();
            try (Prepared after = take(storage, 1)) {
                assertThat(after).isNotNull();
                assertThat(after.address()).isNotEqualTo(before.address());
                assertThat(Lanes.f32(before.address())).isEqualTo(1);
            }
        }
    }

    @Test
    void neverKeepsWhatEndsWithAScope() {
        Scope.run(
                "test",
                () -> {
                    HostStorage storage =
                            (HostStorage) Tensor.full(1, DType.F32, 4).evaluate().storage();
                    assertThat(isKept(storage, 1)).isFalse();
                    assertThat(isKept(storage, 1)).isFalse();
                });
    }

    /// The same numbers at the first use, at later ones, and after an update in place.
    private static void givesTheSameBits(Tensor weights, UnaryOperator<Tensor> layer) {
        Parameter w = new Parameter("w", weights);
        for (int round = 0; round < 2; round++) {
            double[] first = numbers(w, layer);
            for (int use = 0; use < 3; use++) {
                assertThat(numbers(w, layer)).isEqualTo(first);
            }
            Scope.run(
                    "update",
                    () -> {
                        Tensor next = Recording.off(() -> w.value().mul(1.5));
                        Scope.retire();
                        Variable.assign(new Variable[] {w}, new Tensor[] {next});
                    });
            Tensor copy = Recording.off(() -> w.value().copy());
            assertThat(numbers(w, layer)).isNotEqualTo(first);
            assertThat(numbers(w, layer))
                    .isEqualTo(Recording.off(() -> layer.apply(copy)).toDoubleArray());
        }
    }

    private static double[] numbers(Parameter w, UnaryOperator<Tensor> layer) {
        double[][] numbers = new double[1][];
        Scope.run(
                "use",
                () -> numbers[0] = Recording.off(() -> layer.apply(w.value())).toDoubleArray());
        return numbers[0];
    }

    @Test
    void productsWithKeptWeightsHaveTheSameBits() {
        Random random = Random.stream(3);
        Tensor x = random.named("x").normal(0, 1, 40, 600);
        givesTheSameBits(random.named("w").normal(0, 1, 600, 700), x::matmul);
        givesTheSameBits(random.named("w").normal(0, 1, 700, 600), w -> x.matmul(w.transpose()));
        givesTheSameBits( // more columns and depth than are packed at once
                random.named("w").normal(0, 1, 600, 2500), x::matmul);
    }

    @Test
    void convolutionsWithKeptFiltersHaveTheSameBits() {
        Random random = Random.stream(4);
        Tensor x = random.named("x").normal(0, 1, 2, 12, 12, 32);
        givesTheSameBits(
                random.named("w").normal(0, 1, 40, 3, 3, 32),
                w -> x.conv2d(w, Window2d.of(3).withPadding(1), 1));
    }
}
