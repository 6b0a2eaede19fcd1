package aligrad.experiments;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// The [ProgressBar] of a run: iterations with loss, step size, rate and time left.
final class Progress {

    private final ProgressBar bar;
    private final long total;
    private double meanLoss = Double.NaN;

    Progress(PrintStream out, boolean terminal, long total) {
        this(new ProgressBar(out, terminal, total), total);
    }

    /// @param width of the terminal in columns
    /// @param clock in nanoseconds
    Progress(PrintStream out, boolean terminal, long total, IntSupplier width, LongSupplier clock) {
        this(new ProgressBar(out, terminal, total, width, clock), total);
    }

    private Progress(ProgressBar bar, long total) {
        this.bar = bar;
        this.total = total;
    }

    /// After each iteration; draws when it is time to.
    void show(long done, double loss, double stepSize) {
        if (Double.isFinite(loss)) {
            meanLoss = Double.isNaN(meanLoss) ? loss : 0.98 * meanLoss + 0.02 * loss;
        }
        bar.show(done, rate -> words(done, stepSize, rate));
    }

    private List<String> words(long done, double stepSize, double rate) {
        List<String> words = new ArrayList<>();
        words.add(done + "/" + total);
        words.add(String.format(Locale.ROOT, "loss %.4g", meanLoss));
        words.add(String.format(Locale.ROOT, "step size %.3g", stepSize));
        if (rate > 0) {
            words.add(String.format(Locale.ROOT, rate < 10 ? "%.2f it/s" : "%.0f it/s", rate));
            words.add(bar.left(done, rate));
        }
        return words;
    }

    /// Leaves the moving line behind.
    void end() {
        bar.end();
    }
}
