package aligrad.benchmarks;

import aligrad.nn.BinaryCrossEntropy;
import aligrad.nn.Dnc;
import aligrad.nn.DncConfig;
import aligrad.optim.AliG;
import aligrad.optim.Optimizer;
import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/// How long does an ALI-G step of the differentiable neural computer of the repeat-copy experiment
/// take on one thread: forward, backward and update, 16 sequences of 9 steps?
///
/// Random bits take the place of the experiment's sequences, which are as long. The warm-up is long
/// because a hundred kernels are compiled meanwhile.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 30, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class DncStep {

    private static final int TIME = 9;
    private static final int BATCH = 16;

    private Dnc model = new Dnc(DncConfig.REPEAT_COPY, Random.stream(1).named("weights"));
    private Optimizer<?> optimizer = AliG.over(model.parameters()).build();
    private Tensor observations = Tensor.scalar(0f);
    private Tensor targets = Tensor.scalar(0f);

    @Setup
    public void setup() {
        Random random = Random.stream(1);
        observations = bits(random, DncConfig.REPEAT_COPY.inputs());
        targets = bits(random, DncConfig.REPEAT_COPY.outputs());
        model = new Dnc(DncConfig.REPEAT_COPY, random.named("weights"));
        optimizer = AliG.over(model.parameters()).maxLearningRate(1e-6).build();
    }

    private static Tensor bits(Random random, int width) {
        return random.bernoulli(0.5, Shape.of(TIME, BATCH, width)).to(DType.F32);
    }

    @Benchmark
    public double step() {
        return optimizer.step(
                () ->
                        BinaryCrossEntropy.perElement(model.forward(observations), targets)
                                .sum()
                                .mul(1.0 / BATCH));
    }
}
