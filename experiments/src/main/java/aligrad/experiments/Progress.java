package aligrad.experiments;

import java.io.PrintStream;
import java.util.Locale;

/// The line that moves while a run goes on: a bar with loss, step size, rate and time left on a
/// terminal; elsewhere a plain line now and then.
final class Progress {

    private static final int BAR = 24;
    private static final long REDRAW = 100_000_000L;
    private static final long PLAIN = 5_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final long total;
    private final long first;
    private final long start = System.nanoTime();
    private long lastDrawn = start - PLAIN;
    private double meanLoss = Double.NaN;
    private int drawnWidth;

    /// @param first how many iterations were done before
    Progress(PrintStream out, boolean terminal, long first, long total) {
        this.out = out;
        this.terminal = terminal;
        this.first = first;
        this.total = total;
    }

    /// Whether somebody watches.
    @SuppressWarnings("SystemConsoleNull") // it does where the JDK has no line editor
    static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /// After each iteration; draws when it is time to.
    void show(long done, double loss, double stepSize) {
        if (Double.isFinite(loss)) {
            meanLoss = Double.isNaN(meanLoss) ? loss : 0.98 * meanLoss + 0.02 * loss;
        }
        long now = System.nanoTime();
        if (now - lastDrawn >= (terminal ? REDRAW : PLAIN) || done == total) {
            lastDrawn = now;
            draw(done, stepSize, (now - start) / 1e9);
        }
    }

    private void draw(long done, double stepSize, double seconds) {
        double rate = (done - first) / Math.max(seconds, 1e-9);
        String numbers =
                String.format(
                        Locale.ROOT,
                        "%d/%d  loss %.4g  step size %.3g  %.3g it/s  %s left",
                        done,
                        total,
                        meanLoss,
                        stepSize,
                        rate,
                        duration((total - done) / rate));
        if (!terminal) {
            out.println(numbers);
            return;
        }
        int full = (int) (BAR * done / total);
        String line = "[" + "█".repeat(full) + "░".repeat(BAR - full) + "] " + numbers;
        out.print("\r" + line + " ".repeat(Math.max(0, drawnWidth - line.length())));
        out.flush();
        drawnWidth = line.length();
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
