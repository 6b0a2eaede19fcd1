package aligrad.benchmarks;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// How fast does one core stream through memory from Java? The roof for [AliGUpdate] at 16 M
/// numbers.
///
/// `a = b + s·c` over arrays of n numbers, STREAM's triad. A call reads and writes `12·n` bytes, so
/// GB/s = 12·n / (10⁶ · ms); that the line of `a` is read before it is written does not count, as
/// with STREAM.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class Triad {

    /// Bytes that a call reads and writes for each of its n numbers.
    public static final int BYTES = 3 * Float.BYTES;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    @Param({"16777216"})
    public int n;

    private float[] a = {};
    private float[] b = {};
    private float[] c = {};

    @Setup
    public void setup() {
        a = new float[n];
        b = new float[n];
        c = new float[n];
        Arrays.fill(b, 1);
        Arrays.fill(c, 2);
    }

    @Benchmark
    public float[] triad() {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, b, i)
                    .add(FloatVector.fromArray(SPECIES, c, i).mul(3))
                    .intoArray(a, i);
        }
        for (; i < n; i++) {
            a[i] = b[i] + 3 * c[i];
        }
        return a;
    }
}
