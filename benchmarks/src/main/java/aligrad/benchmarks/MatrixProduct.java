package aligrad.benchmarks;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

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

import java.util.concurrent.TimeUnit;

/// How long does the product of two square `F32` matrices take on one thread?
///
/// GFLOP/s = 2 n³ / (10⁶ · ms); compare with [FmaPeak].
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class MatrixProduct {

    @Param({"256", "512", "1024", "2048"})
    public int n;

    private Tensor a = Tensor.scalar(0f);
    private Tensor b = Tensor.scalar(0f);

    @Setup
    public void setup() {
        Random random = Random.stream(1);
        a = random.normal(0, 1, n, n);
        b = random.normal(0, 1, n, n);
    }

    @Benchmark
    public double product() {
        return aligrad.tensor.Scope.compute(
                "product", () -> a.matmul(b).select(0, 0).select(0, 0).item());
    }
}
