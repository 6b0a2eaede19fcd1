package aligrad.benchmarks;

import picocli.CommandLine;

/// Thrown for what ends a command: one sentence, which the program prints, and its exit code.
public final class BenchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private BenchException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    private BenchException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /// Input that cannot be used.
    public static BenchException usage(String message) {
        return new BenchException(CommandLine.ExitCode.USAGE, message);
    }

    /// Something that did not work.
    public static BenchException failure(String message) {
        return new BenchException(CommandLine.ExitCode.SOFTWARE, message);
    }

    /// Something that did not work because of this.
    public static BenchException failure(String message, Throwable cause) {
        return new BenchException(CommandLine.ExitCode.SOFTWARE, message, cause);
    }

    public int exitCode() {
        return exitCode;
    }
}
