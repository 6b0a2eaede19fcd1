package aligrad.experiments;

import java.util.Locale;

/// How a job of the paper is run where its released program does not do what was evidently meant.
enum Mode {
    /// Exactly as the program does.
    RELEASED,
    /// As was evidently meant.
    INTENDED;

    /// As on the command line.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
