package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.backends.opencl.Product.Form;
import aligrad.backends.opencl.Product.Split;
import aligrad.tensor.DType;
import aligrad.tensor.spi.Tuner.Effort;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// The search with kernels of processors, which every device can run and whose programs are
/// compiled quickly.
class SizeSearchTest {

    private static final Family FAMILY = Family.PANELS;

    @TempDir private Path directory = Path.of("");
    private final List<String> lines = new ArrayList<>();

    private static OpenClDevice device = null;

    @BeforeAll
    static void open() {
        device = new OpenClDevice("test", Presence.device().open(), ProgramCache.chosen());
    }

    private Tuning tuning() {
        return Tuning.of(device.facts(), directory);
    }

    private static Gemm.Engine engine(Sizes sizes) {
        return FAMILY.engine(device, Choices.only(sizes));
    }

    private static Sizes shipped(ShapeClass kind) {
        return Choices.of(Shipped.of(device.facts(), FAMILY)).of(kind, DType.F32);
    }

    private void search(Function<Sizes, Gemm.Engine> engines, int trials) {
        int[] left = {trials};
        new SizeSearch(device, FAMILY, tuning(), engines, Long.MAX_VALUE / 8)
                .search(Effort.FULL, lines::add, () -> left[0]-- <= 0);
    }

    /// One trial is as fast as it should be; of the others two are wrong or do not compile, and the
    /// rest is slow.
    @Test
    void whatIsWrongOrDoesNotCompileIsReportedAndNeverChosen() {
        List<Sizes> tried = new ArrayList<>();
        search(
                sizes -> {
                    if (!tried.contains(sizes)) {
                        tried.add(sizes);
                    }
                    Gemm.Engine right = engine(sizes);
                    return switch (tried.indexOf(sizes)) {
                        case 0 -> slow(right);
                        case 1 -> new Changed(right, SizeSearchTest::scaled);
                        case 2 -> new Changed(right, SizeSearchTest::uncompilable);
                        case 3 -> right;
                        default -> slow(right);
                    };
                },
                5);
        assertThat(tried.getFirst()).isEqualTo(shipped(ShapeClass.NARROW));
        assertThat(lines)
                .filteredOn(line -> line.contains("is left out"))
                .satisfiesExactly(
                        wrong ->
                                assertThat(wrong)
                                        .startsWith("narrow: " + tried.get(1).text())
                                        .contains("computes wrong numbers: ", "instead of"),
                        uncompiled ->
                                assertThat(uncompiled)
                                        .startsWith("narrow: " + tried.get(2).text())
                                        .contains("compile with"));
        Tuning.Entry entry =
                Objects.requireNonNull(tuning().entries(FAMILY).get(ShapeClass.NARROW));
        assertThat(entry.sizes()).isEqualTo(tried.get(3));
        assertThat(entry.speed()).isGreaterThan(2 * entry.shippedSpeed());
    }

    @Test
    void anInterruptedSearchKeepsWhatItFound() {
        search(SizeSearchTest::engine, 1); // before the first class, and after its first trial
        assertThat(tuning().entries(FAMILY).keySet()).containsExactly(ShapeClass.NARROW);
        assertThat(lines.getLast()).startsWith("kept in " + directory);
    }

    @Test
    void aQuickSearchVisitsEveryClassInTime() {
        new SizeSearch(device, FAMILY, tuning(), SizeSearchTest::engine, 0)
                .search(Effort.QUICK, lines::add, () -> false);
        assertThat(tuning().entries(FAMILY).keySet())
                .containsExactlyInAnyOrderElementsOf(FAMILY.classes());
    }

    @Test
    void whereNothingIsKeptNothingIsSearched() {
        assertThatThrownBy(
                        () ->
                                SizeSearch.of(device, FAMILY, null)
                                        .search(Effort.QUICK, lines::add, () -> false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("aligrad.opencl.cache");
    }

    /// Sizes that are not shipped: other vectors, other depths, more or fewer blocks.
    @Test
    void kernelsOfOtherSizesComputeTheSame() {
        List<Sizes> others =
                List.of(
                        new PanelSizes(5, 3, 32, 64, 4),
                        new TileSizes(16, 32, 4, 1, 2, 2),
                        new TileSizes(32, 64, 4, 1, 1, 8));
        for (Sizes sizes : others) {
            assertThat(sizes.obstacle(device.facts(), DType.F32)).isNull();
            Family family = sizes instanceof TileSizes ? Family.TILES : Family.PANELS;
            Gemm gemm = new Gemm(device, family.engine(device, Choices.only(sizes)));
            int[] mnk = sizes.ragged(DType.F32);
            device.run(
                    () -> {
                        ProductCheck check = ProductCheck.single(device);
                        assertThat(check.matrices(gemm, mnk)).as(sizes.text()).isNull();
                        if (family == Family.PANELS) {
                            for (Form form : new Form[] {Form.PATCHES, Form.TAPS}) {
                                assertThat(check.windows(gemm, form, mnk[1]))
                                        .as("%s %s", sizes.text(), form)
                                        .isNull();
                            }
                        }
                    });
        }
    }

    @Test
    void theCheckSeesOneWrongElement() {
        Gemm right = new Gemm(device, engine(shipped(ShapeClass.NARROW)));
        Gemm wrong =
                new Gemm(
                        device,
                        new Changed(
                                engine(shipped(ShapeClass.NARROW)), SizeSearchTest::withoutLast));
        device.run(
                () -> {
                    ProductCheck check = ProductCheck.single(device);
                    for (Form form : new Form[] {Form.PATCHES, Form.TAPS}) {
                        assertThat(check.windows(right, form, 7)).isNull();
                        assertThat(check.windows(wrong, form, 7)).contains("instead of");
                    }
                    assertThat(check.matrices(right, new int[] {20, 21, 22})).isNull();
                    assertThat(check.matrices(wrong, new int[] {20, 21, 22}))
                            .contains("instead of");
                });
    }

    private static Product withoutLast(Product p) {
        return new Product(
                p.dtype(),
                p.outer(),
                p.inner(),
                p.m() - 1,
                p.n(),
                p.k(),
                p.form(),
                p.a(),
                p.b(),
                p.bias(),
                p.c(),
                p.patches());
    }

    /// The same product of the second factor's next row: right in speed alone.
    private static Product scaled(Product p) {
        return p.with(p.a(), p.b().repeated(), p.c());
    }

    private static Product uncompilable(Product p) {
        device.kernel("pieces.cl", "pieces", "-DT=nonsense");
        return p;
    }

    /// Computes everything four times.
    private static Gemm.Engine slow(Gemm.Engine engine) {
        return new Changed(
                engine,
                p -> {
                    for (int i = 0; i < 3; i++) {
                        engine.launch(p, engine.split(p));
                    }
                    return p;
                });
    }

    private record Changed(Gemm.Engine engine, Function<Product, Product> change)
            implements Gemm.Engine {

        @Override
        public Split split(Product p) {
            return engine.split(p);
        }

        @Override
        public void launch(Product p, Split split) {
            engine.launch(change.apply(p), split);
        }
    }
}
