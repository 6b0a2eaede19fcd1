package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// The golden file is of `src/test/python/event_file.py`, which encodes on its own.
class EventFileTest {

    @TempDir private Path folder = Path.of("");

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().contains("tfevents"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void writesWhatAnotherProgramWrites() throws IOException {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("iteration/loss", 0.125);
        scalars.put("average/loss", 1e-3);
        try (EventFile events = EventFile.create(folder, 1700000000.25, 3)) {
            events.add(1700000001.5, 300, scalars);
        }
        Path file = folder.resolve("events.out.tfevents.1700000000.aligrad");
        try (InputStream golden = EventFileTest.class.getResourceAsStream("golden.tfevents")) {
            assertThat(Files.readAllBytes(file))
                    .isEqualTo(Objects.requireNonNull(golden).readAllBytes());
        }
    }

    /// CRC-32C of 123456789 is e3069283: rotated by 15 bits 2507c60d, plus a282ead8.
    @Test
    void masksTheChecksum() {
        byte[] digits = "0123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(EventFile.maskedChecksum(digits, 1, 9)).isEqualTo(0x2507c60d + 0xa282ead8);
    }

    @Test
    void neverWritesIntoAFileThatIsThere() throws IOException {
        for (int i = 0; i < 3; i++) {
            EventFile.create(folder, 5, 0).close();
        }
        assertThat(files(folder))
                .extracting(file -> file.getFileName().toString())
                .containsExactly(
                        "events.out.tfevents.0000000005.aligrad",
                        "events.out.tfevents.0000000005.aligrad.1",
                        "events.out.tfevents.0000000005.aligrad.2");
    }

    /// A run and its resumption, read by the other program.
    @Test
    void theEventsOfARunCanBeRead() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no Python");
        Path run = folder.resolve("run");
        String[] first = {"train", "dnc", "--out", run.toString(), "--iterations", "2"};
        assertThat(Console.run(first).exit()).isZero();
        String[] second = {
            "train", "dnc", "--out", run.toString(), "--iterations", "3", "--resume"
        };
        assertThat(Console.run(second).exit()).isZero();
        List<Path> files = files(run);
        assertThat(files).hasSize(2);
        assertThat(read(files.get(0)))
                .hasSize(3)
                .startsWith("0 brain.Event:2  {}")
                .element(2)
                .asString()
                .startsWith("2 ")
                .contains("'iteration/loss': ", "'iteration/step_size': ");
        assertThat(read(files.get(1))).hasSize(3).contains("2  0801 {}");
    }

    private static List<String> read(Path file) throws Exception {
        Process process =
                new ProcessBuilder(
                                "/usr/bin/python3",
                                "src/test/python/event_file.py",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed.lines().toList();
    }
}
