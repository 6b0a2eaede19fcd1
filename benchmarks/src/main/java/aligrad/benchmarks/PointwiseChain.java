package aligrad.benchmarks;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/// How long does an element of a chain of five operations take, on one thread, written, fused and
/// computed? One chain has one function that takes an exponential, `z·sigmoid(z) + a` of `z = a·b +
/// 0.5`; the other has two, `tanh(sigmoid(a·b + 0.5)·a)`.
///
/// The score is nanoseconds an element of 64 K elements.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(PointwiseChain.N)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class PointwiseChain {

    static final int N = 65_536;

    /// Milliseconds for which an expression is interpreted before it is compiled: the second never
    /// compiles.
    @Param({"3", "1000000000"})
    public int compileAfter;

    /// The five operations.
    public enum Chain {
        /// `z·sigmoid(z) + a`.
        SILU,
        /// `tanh(sigmoid(z)·a)`.
        TANH
    }

    @Param public Chain operations = Chain.SILU;

    private Tensor a = Tensor.scalar(0f);
    private Tensor b = Tensor.scalar(0f);

    @Setup
    public void setup() {
        System.setProperty("aligrad.cpu.compile.after", Integer.toString(compileAfter));
        Random random = Random.stream(1);
        a = random.normal(0, 1, N);
        b = random.normal(0, 1, N);
    }

    @Benchmark
    public double chain() {
        return aligrad.tensor.Scope.compute("chain", () -> result().select(0, 0).item());
    }

    private Tensor result() {
        Tensor z = a.mul(b).add(0.5);
        return switch (operations) {
            case SILU -> z.mul(z.sigmoid()).add(a);
            case TANH -> z.sigmoid().mul(a).tanh();
        };
    }
}
