package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

class MetricsTest {

    @TempDir private Path folder = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("metrics.jsonl");
    }

    private static Map<String, Double> row(double iteration, double loss) {
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("iteration", iteration);
        row.put("loss", loss);
        return row;
    }

    private void write(double... losses) {
        try (Metrics metrics = Metrics.open(file, 0)) {
            for (int i = 0; i < losses.length; i++) {
                metrics.add(row(i + 1, losses[i]));
            }
        }
    }

    @Test
    void writesOneObjectALine() throws IOException {
        write(0.1, 2);
        assertThat(Files.readString(file))
                .isEqualTo(
                        """
                        {"iteration":1,"loss":0.1}
                        {"iteration":2,"loss":2}
                        """);
    }

    /// So that a later model must be strictly better to be kept.
    @Test
    void theBestRowIsTheFirstOfTheHighest() {
        try (Metrics metrics = Metrics.open(file, 0)) {
            assertThat(metrics.best("loss")).isEmpty();
            double[] values = {Double.NaN, -3, -1, -2, -1};
            for (int i = 0; i < values.length; i++) {
                metrics.add(row(i + 1, values[i]));
            }
            assertThat(metrics.best("loss")).isEqualTo(row(3, -1));
            assertThat(metrics.best("accuracy")).isEmpty();
        }
    }

    @Test
    void readsBackEveryBit() {
        double third = 1 / 3.0;
        write(third, Double.MIN_VALUE, 1e300);
        try (Metrics metrics = Metrics.open(file, 3)) {
            assertThat(metrics.size()).isEqualTo(3);
            assertThat(metrics.series("loss").stream().map(p -> p[1]))
                    .containsExactly(third, Double.MIN_VALUE, 1e300);
            assertThat(metrics.last()).isEqualTo(row(3, 1e300));
        }
    }

    @Test
    void writesNumbersThatAreNotFiniteAsNull() throws IOException {
        write(Double.NaN, Double.POSITIVE_INFINITY, 3);
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"iteration\":1,\"loss\":null}",
                        "{\"iteration\":2,\"loss\":null}",
                        "{\"iteration\":3,\"loss\":3}");
        try (Metrics metrics = Metrics.open(file, 3)) {
            assertThat(metrics.series("loss")).hasSize(1);
            assertThat(metrics.size()).isEqualTo(3);
        }
    }

    @Test
    void dropsWhatCameAfterTheCheckpoint() throws IOException {
        write(1, 2, 3);
        Files.writeString(file, Files.readString(file) + "{\"iterat"); // killed while writing
        try (Metrics metrics = Metrics.open(file, 2)) {
            metrics.add(row(3, 30));
            assertThat(metrics.series("loss").stream().map(p -> p[1]))
                    .containsExactly(1.0, 2.0, 30.0);
        }
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"iteration\":1,\"loss\":1}",
                        "{\"iteration\":2,\"loss\":2}",
                        "{\"iteration\":3,\"loss\":30}");
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void rejectsAFileWithFewerRowsThanTheCheckpointHasIterations() {
        write(1, 2);
        assertThatThrownBy(() -> Metrics.open(file, 3))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(
                        file + ": it has 2 lines, but the checkpoint was taken after 3 iterations");
    }

    @Test
    void namesTheDamagedLine() throws IOException {
        for (String damaged : new String[] {"{\"loss\":", "7", "[1]", "null", ""}) {
            Files.writeString(file, "{\"iteration\":1,\"loss\":1}\n" + damaged + "\n{}\n");
            assertThatThrownBy(() -> Metrics.open(file, 3))
                    .as("line '%s'", damaged)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining(file + ", line 2: it is no JSON object");
        }
    }

    @Test
    void rejectsARowThatIsNoneOfTheRun() throws IOException {
        refuses("{\"iteration\":2}", "it lacks 'loss'");
        refuses("{\"loss\":2}", "it lacks 'iteration'");
        refuses("{\"iteration\":3,\"loss\":1}", "it is not of iteration 2");
        refuses("{\"iteration\":2,\"loss\":\"1\"}", "'loss' is no number");
        refuses("{\"iteration\":2,\"loss\":1,\"accuracy\":[]}", "'accuracy' is no number");
        refuses("{\"iteration\":2,\"loss\":1}{}", "it is no JSON object");
    }

    @Test
    void namesLineAndByteThatAreNoUtf8() throws IOException {
        byte[] bytes = "{\"iteration\":1,\"loss\":1}\n{\"x\":1}\n{}\n".getBytes(UTF_8);
        bytes[30] = (byte) 0xe9;
        Files.write(file, bytes);
        assertThatThrownBy(() -> Metrics.open(file, 3))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + ", line 2: byte 30 of the file is no UTF-8");
        assertThat(file).hasBinaryContent(bytes);
    }

    private void refuses(String row, String reason) throws IOException {
        String text = "{\"iteration\":1,\"loss\":1}\n" + row + "\n{\"iteration\":3,\"loss\":1}\n";
        Files.writeString(file, text);
        assertThatThrownBy(() -> Metrics.open(file, 2))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + ", line 2: " + reason);
        assertThat(file).hasContent(text);
    }

    /// A file that was cut in its last line feed must not get two rows in one line.
    @Test
    void completesTheLastLine() throws IOException {
        Files.writeString(file, "{\"iteration\":1,\"loss\":1}");
        try (Metrics metrics = Metrics.open(file, 1)) {
            metrics.add(row(2, 2));
        }
        assertThat(Files.readAllLines(file))
                .containsExactly("{\"iteration\":1,\"loss\":1}", "{\"iteration\":2,\"loss\":2}");
    }

    @Test
    void averagesTheLastRows() {
        try (Metrics metrics = Metrics.open(file, 0)) {
            metrics.add(row(1, 10));
            metrics.add(row(2, 1));
            metrics.add(row(3, 2));
            assertThat(metrics.meanOfLast("loss", 2)).isCloseTo(1.5, within(1e-12));
            assertThat(metrics.meanOfLast("loss", 5)).isCloseTo(13 / 3.0, within(1e-12));
        }
    }
}
