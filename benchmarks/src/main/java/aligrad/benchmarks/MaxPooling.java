package aligrad.benchmarks;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

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

/// How long do maximum pooling and its adjoint take on one thread, in microseconds, on 32 images of
/// 28 by 28 pixels with 16 channels (1.6 MB), with windows side by side and with windows that
/// overlap?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class MaxPooling {

    @Param({"2", "3"})
    public int kernel = 2;

    private Window2d window = Window2d.of(2);
    private Tensor x = Tensor.scalar(0f);
    private Tensor g = Tensor.scalar(0f);

    @Setup
    public void setup() {
        window = Window2d.of(kernel).withStride(2);
        x = Random.stream(1).normal(0, 1, 32, 28, 28, 16);
        x.evaluate();
        g = x.maxPool2d(window).mul(2);
        g.evaluate();
    }

    @Benchmark
    public double forward() {
        return aligrad.tensor.Scope.compute("forward", () -> first(x.maxPool2d(window)));
    }

    @Benchmark
    public double adjoint() {
        return aligrad.tensor.Scope.compute("adjoint", () -> first(x.maxSpread(g, window)));
    }

    private static double first(Tensor y) {
        return y.select(0, 0).select(0, 0).select(0, 0).select(0, 0).item();
    }
}
