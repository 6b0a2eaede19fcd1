package aligrad.experiments;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/// Watches the runs of a grid, several at a time: a line now and then with how far each is.
final class GridWatch {

    private static final long EVERY = 10_000_000_000L;

    private final PrintStream out = System.out;
    private final int total;
    private final Interruption interruption = new Interruption();
    private final Map<String, String> running = new LinkedHashMap<>();
    private int done;
    private long lastSaid = System.nanoTime();
    private volatile boolean isAborted;

    /// @param total how many runs there are
    /// @param done how many of them were done before
    GridWatch(int total, int done) {
        this.total = total;
        this.done = done;
    }

    /// The watch of one of the runs.
    Watch of(String name) {
        return new OneRun(name);
    }

    /// After a run.
    synchronized void finished(String name, String how) {
        running.remove(name);
        done++;
        out.printf("[%d/%d] %s: %s%n", done, total, name, how);
    }

    /// Has all runs end at a checkpoint.
    void abort() {
        isAborted = true;
    }

    boolean isStopRequested() {
        return isAborted || interruption.isRequested();
    }

    void close() {
        interruption.close();
    }

    private synchronized void show(String name, long done, long all, double loss) {
        running.put(name, "%s %,d of %,d, loss %.4g".formatted(name, done, all, loss));
        long now = System.nanoTime();
        if (now - lastSaid > EVERY) {
            lastSaid = now;
            out.println("  " + String.join("; ", running.values()));
        }
    }

    private final class OneRun implements Watch {
        private final String name;
        private long all;
        private double meanLoss = Double.NaN;

        OneRun(String name) {
            this.name = name;
        }

        @Override
        public void start(long total) {
            all = total;
        }

        @Override
        public void say(String line) {
            // what a run says of itself is in its report; the grid has one line for it
        }

        @Override
        public void show(long done, double loss, double stepSize) {
            if (Double.isFinite(loss)) {
                meanLoss = Double.isNaN(meanLoss) ? loss : 0.98 * meanLoss + 0.02 * loss;
            }
            if (done % 10 == 0 || all < 1000) {
                GridWatch.this.show(name, done, all, meanLoss);
            }
        }

        @Override
        public void end() {
            // its line follows when its report is written
        }

        @Override
        public boolean isStopRequested() {
            return GridWatch.this.isStopRequested();
        }

        @Override
        public void close() {
            // the interruption is the grid's
        }
    }
}
