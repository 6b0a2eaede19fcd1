package aligrad.experiments;

/// Who watches a run: says how it goes, and may ask it to stop. A run alone is watched by a
/// [ConsoleWatch]; what runs many of them sets its own for what it calls.
interface Watch extends AutoCloseable {

    /// The watch of the runs that this thread starts.
    ScopedValue<Watch> CURRENT = ScopedValue.newInstance();

    static Watch current() {
        return CURRENT.isBound() ? CURRENT.get() : new ConsoleWatch();
    }

    /// Before the first iteration.
    ///
    /// @param total how many iterations there will be
    void start(long total);

    /// A line worth reading.
    void say(String line);

    /// After each iteration.
    void show(long done, double loss, double stepSize);

    /// After the last iteration.
    void end();

    /// Whether the run should write a checkpoint and end, to be resumed another time.
    boolean isStopRequested();

    @Override
    void close();
}
