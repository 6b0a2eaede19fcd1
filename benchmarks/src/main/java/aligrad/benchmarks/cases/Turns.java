package aligrad.benchmarks.cases;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;

/// One side's virtual machine: makes a workload, warms it up, and then times it whenever it is
/// asked, while the other side waits.
///
/// It answers on standard output with one line of JSON each: first [Ready], then [Times] for every
/// line that it reads. It ends when there is nothing more to read.
public final class Turns {

    /// What is said once warm.
    ///
    /// @param check the numbers of [Workload#check()], as text, since JSON has no word for NaN
    /// @param before bytes that were resident before the workload was made, such as of libraries; 0
    ///   where the system does not tell
    public record Ready(String name, String[] check, String note, double before) {}

    /// What is said after a turn.
    ///
    /// @param times milliseconds a run, of each sample
    /// @param peak the most bytes that were resident in the turn; 0 where the system does not tell
    public record Times(String name, double[] times, double peak) {}

    private Turns() {}

    /// Answers until standard input ends.
    ///
    /// @param name of the case
    /// @param warmUp milliseconds of warming up
    /// @param turn milliseconds of a turn
    public static void take(String name, double warmUp, double turn, Supplier<Workload> maker) {
        PrintStream out = System.out;
        System.setOut(System.err); // libraries that print do not disturb the talk
        PeakMemory.forget();
        double before = PeakMemory.bytes();
        Workload workload = maker.get();
        String[] check =
                Arrays.stream(workload.check()).mapToObj(Double::toString).toArray(String[]::new);
        Stopwatch stopwatch = new Stopwatch(workload);
        stopwatch.warmUp(warmUp);
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            out.println(JSON.std.asString(new Ready(name, check, workload.note(), before)));
            while (in.readLine() != null) {
                PeakMemory.forget();
                double[] times = stopwatch.samples(turn).stream().mapToDouble(ms -> ms).toArray();
                out.println(JSON.std.asString(new Times(name, times, PeakMemory.bytes())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
