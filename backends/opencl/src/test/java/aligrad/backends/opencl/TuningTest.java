package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.backends.opencl.driver.Facts;
import aligrad.tensor.DType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// What was tuned, on disk, and what is chosen from it. No device is needed.
class TuningTest {

    private static final Sizes TILES = new TileSizes(128, 64, 8, 2, 1, 4);
    private static final Tuning.Entry ENTRY =
            new Tuning.Entry(TILES, 1234.5, 1000.25, "2026-12-01");

    @TempDir private Path directory = Path.of("");

    static Facts gpu(String vendor, String driver, int localMemory, int largestGroup) {
        return new Facts(
                vendor,
                "G",
                vendor,
                driver,
                "OpenCL 3.0",
                false,
                132,
                1L << 36,
                1L << 34,
                localMemory,
                largestGroup,
                16,
                true,
                true,
                "");
    }

    private static Facts gpu() {
        return gpu("NVIDIA CUDA", "550", 48 << 10, 1024);
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1); // no temporary file is left
            return all.getFirst();
        }
    }

    private Map<ShapeClass, Tuning.Entry> read() {
        return Tuning.of(gpu(), directory).entries(Family.TILES);
    }

    private void write() {
        Tuning.of(gpu(), directory).put(Family.TILES, ShapeClass.LARGE, ENTRY);
    }

    @Test
    void whatIsKeptIsReadAgain() throws IOException {
        assertThat(read()).isEmpty();
        write();
        Tuning again = Tuning.of(gpu(), directory);
        PanelSizes panels = new PanelSizes(9, 3, 32, 128, 4);
        again.put(Family.PANELS, ShapeClass.SMALL, new Tuning.Entry(panels, 2, 1, "2026-12-02"));
        Tuning both = Tuning.of(gpu(), directory);
        assertThat(both.entries(Family.TILES).get(ShapeClass.LARGE).sizes()).isEqualTo(TILES);
        assertThat(both.entries(Family.TILES).get(ShapeClass.LARGE).speed()).isEqualTo(1234.5);
        assertThat(both.entries(Family.PANELS).get(ShapeClass.SMALL).sizes()).isEqualTo(panels);
        assertThat(Files.readString(file()))
                .contains(
                        "tiles large: rows=128 columns=64 terms=8 down=2 across=1 lanes=4; 1234.5"
                                + " GFLOP/s, shipped ");
    }

    @Test
    void aDamagedFileIsNotUsedAndReplaced() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file());
        for (int at = 0; at < whole.length; at += 7) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file(), damaged);
            assertThat(read()).as("byte %d", at).isEmpty();
        }
        for (int length = 0; length < whole.length; length += 29) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertThat(read()).as("length %d", length).isEmpty();
        }
        write();
        assertThat(Files.readAllBytes(file())).isEqualTo(whole);
    }

    @Test
    void aFileOfAnotherDeviceOrWithOtherSizesIsNotUsed() throws IOException {
        write();
        String text = Files.readString(file());
        rewrite(text.replace("driver 550", "driver 551"));
        assertThat(read()).isEmpty();
        rewrite(text.replace("format 1", "format 2"));
        assertThat(read()).isEmpty();
        for (String size : List.of("rows=100", "rows=8192", "rows=-1", "ranks=128", "")) {
            rewrite(text.replace("rows=128", size));
            assertThat(read()).as(size).isEmpty();
        }
        rewrite(text.replace("tiles large", "tiles huge"));
        assertThat(read()).isEmpty();
        rewrite(text); // the checksum that is made here is right
        assertThat(read()).hasSize(1);
    }

    private void rewrite(String text) throws IOException {
        String body = text.substring(0, text.lastIndexOf("crc32c "));
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file(), body + "crc32c %08x\n".formatted(crc.getValue()));
    }

    @Test
    void anotherDriverHasAFileOfItsOwn() {
        write();
        Facts newer = gpu("NVIDIA CUDA", "551", 48 << 10, 1024);
        assertThat(Tuning.of(newer, directory).entries(Family.TILES)).isEmpty();
        assertThat(read()).hasSize(1);
    }

    @Test
    void whatWasTunedIsChosenUnlessTheShippedSizesArePinned() {
        write();
        Tuning tuning = Tuning.of(gpu(), directory);
        Sizes shipped = Choices.of(Shipped.NVIDIA).of(ShapeClass.LARGE, DType.F32);
        Choices choices = Choices.of(gpu(), Family.TILES, tuning);
        assertThat(choices.of(ShapeClass.LARGE, DType.F32)).isEqualTo(TILES).isNotEqualTo(shipped);
        assertThat(choices.of(ShapeClass.LARGE, DType.F64)).isEqualTo(TileSizes.LEAST);
        assertThat(choices.describe(Family.TILES))
                .contains("tuned (", "else shipped for NVIDIA", "large 128x64x8x2x1x4");
        System.setProperty("aligrad.opencl.deterministic", "true");
        try {
            Choices pinned = Choices.of(gpu(), Family.TILES, tuning);
            assertThat(pinned.of(ShapeClass.LARGE, DType.F32)).isEqualTo(shipped);
            assertThat(pinned.describe(Family.TILES)).contains("as shipped for NVIDIA, pinned by");
        } finally {
            System.clearProperty("aligrad.opencl.deterministic");
        }
    }

    @Test
    void everyMakerHasARowThatFitsTheirDevices() {
        Map<String, Shipped> rows =
                Map.of(
                        "NVIDIA Corporation", Shipped.NVIDIA,
                        "Advanced Micro Devices, Inc.", Shipped.AMD,
                        "AMD Accelerated Parallel Processing", Shipped.AMD,
                        "Intel(R) Corporation", Shipped.INTEL_GPU,
                        "QUALCOMM", Shipped.OTHER);
        rows.forEach(
                (vendor, row) -> {
                    // AMD's drivers and Intel's older GPUs allow groups of 256
                    Facts facts = gpu(vendor, "1", 32 << 10, 256);
                    assertThat(Shipped.of(facts, Family.TILES)).as(vendor).isEqualTo(row);
                    assertThat(row.sizes().keySet()).containsAll(Family.TILES.classes());
                    row.sizes()
                            .forEach(
                                    (kind, sizes) ->
                                            assertThat(sizes.obstacle(facts, DType.F32))
                                                    .as("%s %s", row, kind)
                                                    .isNull());
                });
        assertThat(Shipped.of(gpu(), Family.PANELS)).isEqualTo(Shipped.SHORTEST_VECTORS);
    }

    /// Counted by hand: 128x128 tiles of 32 terms take 32·(128 + 128 + 8)·4 = 33 792 bytes.
    @Test
    void whatADeviceCannotHoldHasAnObstacle() {
        TileSizes deep = new TileSizes(128, 128, 32, 2, 2, 4);
        assertThat(deep.items()).isEqualTo(256);
        assertThat(deep.obstacle(gpu("x", "1", 33_792, 256), DType.F32)).isNull();
        assertThat(deep.obstacle(gpu("x", "1", 33_791, 256), DType.F32))
                .isEqualTo("it takes 33792 bytes of local memory; there are 33791");
        assertThat(deep.obstacle(gpu("x", "1", 33_792, 255), DType.F32))
                .isEqualTo("a group has 256 work-items; from 32 to 255 are possible");
        assertThat(deep.obstacle(gpu("x", "1", 33_792, 256), DType.F64)).contains("67584 bytes");
        assertThat(new TileSizes(64, 64, 16, 2, 2, 8).obstacle(gpu(), DType.F32))
                .isEqualTo("a work-item has more than 64 sums");
        assertThat(new PanelSizes(16, 2, 64, 256, 8).obstacle(gpu(), DType.F32)).isNotNull();
    }

    @Test
    void thereIsSomethingToTryForEveryClass() {
        for (Family family : Family.values()) {
            for (ShapeClass kind : family.classes()) {
                Sizes from = Choices.of(Shipped.of(gpu(), family)).of(kind, DType.F32);
                List<Sizes> candidates = family.candidates(kind, gpu(), from);
                assertThat(candidates).doesNotHaveDuplicates().doesNotContain(from);
                assertThat(candidates)
                        .filteredOn(sizes -> sizes.obstacle(gpu(), DType.F32) == null)
                        .as("%s %s", family, kind)
                        .hasSizeGreaterThan(10)
                        .allSatisfy(
                                sizes -> assertThat(family.sizes(sizes.text())).isEqualTo(sizes));
            }
        }
    }
}
