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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/// How long does one operation on sixteen numbers take from the method call to the numbers, on one
/// thread? Nanoseconds.
///
/// A thousand of them in a scope, as in a training step.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(TinyOperation.CALLS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class TinyOperation {

    static final int CALLS = 1000;

    private Tensor a = Tensor.scalar(0f);
    private Tensor b = Tensor.scalar(0f);
    private Tensor m = Tensor.scalar(0f);

    @Setup
    public void setup() {
        Random random = Random.stream(1);
        a = random.normal(0, 1, 16);
        b = random.normal(0, 1, 16);
        m = random.normal(0, 1, 16, 16);
    }

    @Benchmark
    public void add() {
        repeat(() -> a.add(b).storage());
    }

    @Benchmark
    public void sum() {
        repeat(a::sum);
    }

    @Benchmark
    public void matrixProduct() {
        repeat(() -> m.matmul(m));
    }

    private static void repeat(Runnable operation) {
        aligrad.tensor.Scope.run(
                "tiny",
                () -> {
                    for (int i = 0; i < CALLS; i++) {
                        operation.run();
                    }
                });
    }
}
