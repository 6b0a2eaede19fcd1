package aligrad.benchmarks;

import aligrad.autograd.Gradients;
import aligrad.optim.AliG;
import aligrad.tensor.Parameter;
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
import org.openjdk.jmh.infra.Blackhole;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What does it bring that ALI-G's update with momentum is one pass? A step over one parameter of n
/// numbers, squared norm included, on one thread, in microseconds: fused, and with the same
/// operations computed one after the other.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class AliGUpdate {

    @Param({"4096", "65536", "1048576", "16777216"})
    public int n;

    private static final double MOMENTUM = 0.9;
    private static final double MAX_LEARNING_RATE = 1e-6;

    private Parameter w = new Parameter("w", Tensor.scalar(0f));
    private Gradients gradients = Gradients.of(Map.of(w, Tensor.scalar(0f)));
    private AliG optimizer = AliG.over(List.of(w)).build();
    private Tensor weight = Tensor.scalar(0f);
    private Tensor velocity = Tensor.scalar(0f);
    private Tensor g = Tensor.scalar(0f);

    @Setup
    public void setup() {
        Random random = Random.stream(1);
        weight = random.normal(0, 1, n);
        velocity = Tensor.zeros(n);
        g = random.normal(0, 1, n);
        w = new Parameter("w", weight);
        gradients = Gradients.of(Map.of(w, g));
        optimizer =
                AliG.over(List.of(w)).maxLearningRate(MAX_LEARNING_RATE).momentum(MOMENTUM).build();
    }

    @Benchmark
    public double fused() {
        return optimizer.step(gradients, 1.0).stepSize();
    }

    /// `v ← μ v − γ g`, `w ← w − γ g + μ v`. Each operation is computed before the next is written;
    /// the results are let go, so that the next call finds the same numbers.
    @Benchmark
    public void unfused(Blackhole results) {
        aligrad.tensor.Scope.run(
                "unfused",
                () -> {
                    double gamma = Math.min(MAX_LEARNING_RATE, 1 / g.squaredNorm().item());
                    Tensor step = g.mul(gamma).evaluate();
                    Tensor v = velocity.mul(MOMENTUM).evaluate().sub(step).evaluate();
                    Tensor moved = weight.sub(step).evaluate();
                    Tensor pushed = v.mul(MOMENTUM).evaluate();
                    results.consume(moved.add(pushed).evaluate());
                });
    }
}
