package aligrad.benchmarks.cases;

/// What one side does for one case. Inputs are made by whoever makes this object, not by [#run()].
public interface Workload {

    /// Computes everything once and lets go of the results.
    void run();

    /// Waits until all that was run is computed; called before the clock stops. On a processor it
    /// is computed when [#run()] returns, on other devices it is only told by then.
    default void finish() {}

    /// Numbers that the other side must have, too; called once, before anything else.
    double[] check();

    /// What a reader should know of how it is done; empty if nothing.
    default String note() {
        return "";
    }
}
