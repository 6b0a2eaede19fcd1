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

/// One side at one case: a virtual machine that runs a main class which answers as [Turns] says.
final class Contestant implements AutoCloseable {

    private static final String[] SLOWING = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"};

    private final String side;
    private final String name;
    private final Path log;
    private final Process process;
    private final BufferedReader answers;
    private Turns.@Nullable Ready ready;

    /// How a side is started.
    ///
    /// @param name such as `libtorch`
    /// @param flags of the virtual machine, the class path among them
    /// @param environment beside the number of threads
    record Side(
            String name, String mainClass, List<String> flags, Map<String, String> environment) {}

    /// Starts the virtual machine.
    ///
    /// @param logs where its messages go
    Contestant(Side side, String name, int warmUp, int threads, Pace pace, Path logs) {
        this.side = side.name;
        this.name = name;
        this.log = logs.resolve(name + "-" + side.name + ".log");
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(side.flags);
        line.add("-Daligrad.threads=" + threads);
        line.add(side.mainClass);
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

    /// What it says once it is warm, for which this waits.
    Turns.Ready ready() {
        Turns.Ready known = ready;
        if (known == null) {
            try {
                known = answer(Turns.Ready.class);
            } catch (IOException e) {
                throw gone(e);
            }
            ready = known;
        }
        return known;
    }

    /// Milliseconds a run, of each sample of one turn.
    double[] turn() {
        try {
            process.outputWriter().append('\n').flush();
            return answer(Turns.Times.class).times();
        } catch (IOException e) {
            throw gone(e);
        }
    }

    private <T> T answer(Class<T> type) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw gone(null);
        }
        return JSON.std.beanFrom(type, line);
    }

    private BenchException gone(@Nullable IOException e) {
        String message =
                "%s: the virtual machine of %s has ended; what it said is in %s."
                        .formatted(name, side, log);
        return e == null ? BenchException.failure(message) : BenchException.failure(message, e);
    }

    /// Ends the virtual machine.
    @Override
    public void close() {
        process.destroy();
        process.onExit().join(); // the next one shall have the machine for itself
    }
}
