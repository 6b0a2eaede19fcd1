package aligrad.tensor.spi;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Searches what makes a device's kernels fast there, such as the sizes of tiles, and keeps it for
/// the next start of a program.
public interface Tuner {

    /// How much is tried.
    enum Effort {
        /// What some ten seconds allow.
        QUICK,
        /// Everything.
        FULL
    }

    /// Searches. What was found is kept as it is found, so that an interruption loses none of it.
    ///
    /// @param progress takes lines for people
    /// @param interrupted asked after each trial; once it says so, the search ends
    /// @throws IllegalStateException with the reason and the remedy if nothing can be kept
    void search(Effort effort, Consumer<String> progress, BooleanSupplier interrupted);
}
