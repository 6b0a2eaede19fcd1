package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;
import aligrad.benchmarks.cases.Turns;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One side at one case: a process of its own that answers as [Turns] says.
final class Contestant implements AutoCloseable {

    private static final String[] SLOWING = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"};

    private final String side;
    private final String name;
    private final Path log;
    private final Process process;
    private final BufferedReader answers;
    private Turns.@Nullable Ready ready;
    private @Nullable String failure;

    /// How a side is started.
    ///
    /// @param name such as `libtorch`
    /// @param command with its arguments; the name of a case, milliseconds of warming up and
    ///   milliseconds of a turn follow
    /// @param environment beside the number of threads
    record Side(String name, List<String> command, Map<String, String> environment) {

        /// A side in a virtual machine of this Java.
        ///
        /// @param flags of the virtual machine, the class path among them
        static Side java(
                String name,
                String mainClass,
                List<String> flags,
                int threads,
                Map<String, String> environment) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(flags);
            command.add("-Daligrad.threads=" + threads);
            command.add(mainClass);
            return new Side(name, command, environment);
        }
    }

    /// Starts the process.
    ///
    /// @param logs where its messages go
    Contestant(Side side, String name, int warmUp, int threads, Pace pace, Path logs) {
        this.side = side.name;
        this.name = name;
        this.log = logs.resolve(name + "-" + side.name + ".log");
        List<String> line = new ArrayList<>(side.command);
        line.add(name);
        line.add(Integer.toString(warmUp * pace.warmUp()));
        line.add(Integer.toString(pace.turn()));
        ProcessBuilder builder = new ProcessBuilder(line).redirectError(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(List.of(SLOWING));
        for (String library : List.of("OMP", "OPENBLAS", "MKL")) {
            environment.put(library + "_NUM_THREADS", Integer.toString(threads));
        }
        environment.putAll(side.environment);
        try {
            process = builder.start();
            answers = process.inputReader();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until it is warm, or has ended.
    void awaitReadiness() {
        if (ready != null || failure != null) {
            return;
        }
        try {
            ready = answer(Turns.Ready.class);
        } catch (IOException | BenchException e) {
            failure = gone(e).getMessage();
        }
    }

    /// What became of it where it has ended; `null` if it works.
    @Nullable String failure() {
        return failure;
    }

    /// What it says once it is warm, for which this waits.
    ///
    /// @throws BenchException if it has ended
    Turns.Ready ready() {
        awaitReadiness();
        Turns.Ready known = ready;
        if (known == null || failure != null) {
            throw gone(null);
        }
        return known;
    }

    /// Its side's name.
    String side() {
        return side;
    }

    /// Adds the times of one turn, milliseconds a run, unless it has ended or ends meanwhile.
    void turn(Samples samples) {
        if (failure != null) {
            return;
        }
        try {
            process.outputWriter().append('\n').flush();
            samples.add(answer(Turns.Times.class));
        } catch (IOException | BenchException e) {
            failure = gone(e).getMessage();
        }
    }

    private <T> T answer(Class<T> type) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw gone(null);
        }
        return JSON.std.beanFrom(type, line);
    }

    private BenchException gone(@Nullable Exception e) {
        String message =
                "%s: the process of %s has ended; what it said is in %s."
                        .formatted(name, side, log);
        return e == null ? BenchException.failure(message) : BenchException.failure(message, e);
    }

    /// Ends the process.
    @Override
    public void close() {
        process.destroy();
        process.onExit().join(); // the next one shall have the machine for itself
    }
}
