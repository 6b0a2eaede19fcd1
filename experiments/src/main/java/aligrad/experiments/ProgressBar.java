package aligrad.experiments;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// The line that moves while something goes on: a bar with a few words on a terminal; elsewhere a
/// plain line with the words now and then.
final class ProgressBar {

    private static final int LONGEST_BAR = 24;
    private static final int SHORTEST_BAR = 5;
    private static final long REDRAW = 100_000_000L;
    private static final long PLAIN = 5_000_000_000L;

    /// The rate is that of the last ten seconds, and at most of the later half: a slow beginning
    /// soon counts no more.
    private static final long WINDOW = 10_000_000_000L;

    private static final long SAMPLING = 50_000_000L;

    /// A moment, and how much was done by then.
    private record Sample(long time, long done) {}

    private final PrintStream out;
    private final boolean terminal;
    private final long total;
    private final IntSupplier width;
    private final LongSupplier clock;
    private final boolean hasBlocks;
    private final long start;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long lastDrawn;
    private int drawnWidth;

    ProgressBar(PrintStream out, boolean terminal, long total) {
        this(out, terminal, total, terminal ? new TerminalWidth() : () -> 0, System::nanoTime);
    }

    /// @param total how much there is to do, in whatever unit
    /// @param width of the terminal in columns
    /// @param clock in nanoseconds
    ProgressBar(
            PrintStream out, boolean terminal, long total, IntSupplier width, LongSupplier clock) {
        this.out = out;
        this.terminal = terminal;
        this.total = total;
        this.width = width;
        this.clock = clock;
        hasBlocks = out.charset().newEncoder().canEncode("█░");
        start = clock.getAsLong();
        lastDrawn = start - PLAIN;
    }

    /// Whether somebody watches.
    @SuppressWarnings("SystemConsoleNull") // it does where the JDK has no line editor
    static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /// After a piece of it; draws when it is time to.
    ///
    /// @param words what to say, from what to leave out last to what to leave out first, given how
    ///   much is done in a second of late (not a number before the second piece)
    void show(long done, DoubleFunction<List<String>> words) {
        long now = clock.getAsLong();
        sample(now, done);
        if (now - lastDrawn >= (terminal ? REDRAW : PLAIN) || done == total) {
            lastDrawn = now;
            draw(done, words.apply(rate(now, done)));
        }
    }

    /// How long the rest takes at this rate, in words.
    String left(long done, double rate) {
        return duration((total - done) / rate) + " left";
    }

    private void sample(long now, long done) {
        if (samples.isEmpty() || now - samples.getLast().time >= SAMPLING) {
            samples.add(new Sample(now, done));
        }
        long window = Math.min(WINDOW, (now - start) / 2);
        while (samples.size() > 2) {
            Sample first = samples.removeFirst();
            if (now - samples.getFirst().time < window) {
                samples.addFirst(first); // the one after it is too young
                return;
            }
        }
    }

    /// How much is done in a second of late.
    private double rate(long now, long done) {
        Sample first = samples.getFirst();
        return done == first.done ? Double.NaN : (done - first.done) / ((now - first.time) / 1e9);
    }

    private void draw(long done, List<String> parts) {
        if (!terminal) {
            out.println(String.join("  ", parts));
            return;
        }
        int most = Math.max(1, width.getAsInt() - 1); // in the last column, terminals may wrap
        String line = fitted(parts, (double) done / total, most);
        int blanks = Math.max(0, Math.min(drawnWidth, most) - line.length());
        out.print("\r" + line + " ".repeat(blanks));
        out.flush();
        drawnWidth = line.length();
    }

    /// The bar and the parts in `most` columns: first the bar is shortened, then parts are left out
    /// from the right, then the bar.
    private String fitted(List<String> parts, double share, int most) {
        String numbers = String.join("  ", parts);
        int count = parts.size();
        while (count > 1 && numbers.length() + SHORTEST_BAR + 3 > most) {
            count--;
            numbers = String.join("  ", parts.subList(0, count));
        }
        int bar = Math.min(LONGEST_BAR, most - numbers.length() - 3);
        if (bar < SHORTEST_BAR) {
            return numbers.substring(0, Math.min(most, numbers.length()));
        }
        int full = (int) (bar * share);
        String drawn =
                (hasBlocks ? "█" : "#").repeat(full) + (hasBlocks ? "░" : ".").repeat(bar - full);
        return "[" + drawn + "] " + numbers;
    }

    /// Leaves the moving line behind.
    void end() {
        if (terminal && drawnWidth > 0) {
            out.println();
        }
    }

    /// Such as `2:05` or `1:02:05`.
    static String duration(double seconds) {
        long s = Math.round(seconds);
        return s < 3600
                ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }
}
