package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

class ProgressTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private long now = 5_000_000_000L;

    private Progress progress(int width, long total, Charset charset) {
        PrintStream out = new PrintStream(printed, true, charset);
        return new Progress(out, true, total, () -> width, () -> now);
    }

    /// What was drawn, one redraw an element.
    private List<String> drawn(Charset charset) {
        return List.of(printed.toString(charset).substring(1).split("\r", -1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 20, 40, 60, 61, 62, 63, 64, 80, 100, 200})
    void neverFillsTheLine(int width) {
        Progress progress = progress(width, 10_000_000, StandardCharsets.UTF_8);
        for (int i = 1; i <= 50; i++) {
            now += 150_000_000;
            progress.show(i * 100_000L, 123_456.789e-10, 1.23e-10);
        }
        List<String> lines = drawn(StandardCharsets.UTF_8);
        assertThat(lines).hasSize(50).allMatch(line -> line.length() <= Math.max(1, width - 1));
        if (width >= 20) {
            assertThat(lines.getLast()).contains("5000000/10000000");
        }
    }

    @Test
    void aWideTerminalShowsEverything() {
        Progress progress = progress(120, 1000, StandardCharsets.UTF_8);
        for (int i = 1; i <= 500; i++) {
            now += 100_000_000;
            progress.show(i, 0.5, 0.125);
        }
        assertThat(drawn(StandardCharsets.UTF_8).getLast().strip())
                .isEqualTo(
                        "[████████████░░░░░░░░░░░░] 500/1000  loss 0.5000  step size 0.125  10 it/s"
                                + "  0:50 left");
    }

    @Test
    void aNarrowOneShortensTheBarAndThenLeavesOutPartsFromTheRight() {
        String all = "500/1000  loss 0.5000  step size 0.125  10 it/s  0:50 left"; // 58 columns
        assertThat(lastAt(80)).isEqualTo("[█████████░░░░░░░░░] " + all); // 79
        assertThat(lastAt(67)).isEqualTo("[██░░░] " + all); // 66
        assertThat(lastAt(66)).doesNotContain("left").contains("10 it/s");
        assertThat(lastAt(20)).isEqualTo("[████░░░░] 500/1000");
        assertThat(lastAt(16)).isEqualTo("500/1000");
        assertThat(lastAt(6)).isEqualTo("500/1");
    }

    private String lastAt(int width) {
        printed.reset();
        Progress progress = progress(width, 1000, StandardCharsets.UTF_8);
        for (int i = 1; i <= 500; i++) {
            now += 100_000_000;
            progress.show(i, 0.5, 0.125);
        }
        return drawn(StandardCharsets.UTF_8).getLast().strip();
    }

    @Test
    void drawsTheBarWithWhatTheTerminalCanShow() {
        Progress progress = progress(100, 10, StandardCharsets.US_ASCII);
        progress.show(5, 1, 1);
        assertThat(drawn(StandardCharsets.US_ASCII).getLast())
                .startsWith("[############............] 5/10");
    }

    /// 20 s for the first iteration, then 10 a second: after 40 s more, 600 iterations take a
    /// minute, however long the start took.
    @Test
    void theTimeLeftForgetsTheStart() {
        Progress progress = progress(100, 1001, StandardCharsets.UTF_8);
        now += 20_000_000_000L;
        progress.show(1, 1, 1);
        assertThat(drawn(StandardCharsets.UTF_8).getLast()).doesNotContain("left");
        for (int i = 2; i <= 401; i++) {
            now += 100_000_000;
            progress.show(i, 1, 1);
        }
        assertThat(drawn(StandardCharsets.UTF_8).getLast()).contains("10 it/s  1:00 left");
    }

    @Test
    void theTimeLeftFollowsAChangeOfSpeed() {
        Progress progress = progress(100, 10_000, StandardCharsets.UTF_8);
        for (int i = 1; i <= 1000; i++) {
            now += i <= 800 ? 100_000_000 : 1_000_000_000;
            progress.show(i, 1, 1);
        }
        assertThat(drawn(StandardCharsets.UTF_8).getLast()).contains("1.00 it/s  2:30:00 left");
    }

    @Test
    void withoutATerminalLinesArePlain() {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Progress progress = new Progress(out, false, 100, () -> 0, () -> now);
        for (int i = 1; i <= 100; i++) {
            now += 1_000_000_000;
            progress.show(i, 0.5, 0.125);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .hasSize(21) // the first, and then one every five seconds to the last
                .allMatch(line -> line.matches("\\d+/100  loss 0.5000  step size 0.125.*"));
    }

    @Test
    void theVariableCountsWhereTheTerminalDoesNotSay() {
        assertThat(TerminalWidth.of("60")).isEqualTo(60);
        assertThat(TerminalWidth.of(null)).isEqualTo(80);
        for (String nothing : new String[] {"", "0", "-3", "wide", "999999"}) {
            assertThat(TerminalWidth.of(nothing)).isEqualTo(80);
        }
        assertThat(new TerminalWidth().getAsInt()).isPositive();
    }
}
