package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.PrintStream;

/// Watches a run that has the console for itself: lines, the moving line, Ctrl-C.
final class ConsoleWatch implements Watch {

    private final PrintStream out = System.out;
    private @Nullable Progress progress;
    private @Nullable Interruption interruption;

    @Override
    public void start(long total) {
        progress = new Progress(out, ProgressBar.isTerminal(), total);
        interruption = new Interruption();
    }

    @Override
    public void say(String line) {
        out.println(line);
    }

    @Override
    public void show(long done, double loss, double stepSize) {
        if (progress != null) {
            progress.show(done, loss, stepSize);
        }
    }

    @Override
    public void end() {
        if (progress != null) {
            progress.end();
        }
    }

    @Override
    public boolean isStopRequested() {
        return interruption != null && interruption.isRequested();
    }

    @Override
    public void close() {
        if (interruption != null) {
            interruption.close();
        }
    }
}
