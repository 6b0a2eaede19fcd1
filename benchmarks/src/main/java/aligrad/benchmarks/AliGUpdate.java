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

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How long does an ALI-G step with momentum take over one parameter of n numbers, squared norm
/// included, on one thread? Microseconds.
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

    private Parameter w = new Parameter("w", Tensor.scalar(0f));
    private Gradients gradients = Gradients.of(Map.of(w, Tensor.scalar(0f)));
    private AliG optimizer = AliG.over(List.of(w)).build();

    @Setup
    public void setup() {
        Random random = Random.stream(1);
        w = new Parameter("w", random.normal(0, 1, n));
        gradients = Gradients.of(Map.of(w, random.normal(0, 1, n)));
        optimizer = AliG.over(List.of(w)).maxLearningRate(1e-6).momentum(0.9).build();
    }

    @Benchmark
    public double step() {
        return optimizer.step(gradients, 1.0).stepSize();
    }
}
