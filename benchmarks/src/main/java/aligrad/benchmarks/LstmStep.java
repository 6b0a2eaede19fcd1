package aligrad.benchmarks;

import aligrad.autograd.Gradients;
import aligrad.nn.Lstm;
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

import java.util.concurrent.TimeUnit;

/// How long do forward and backward pass of a bidirectional LSTM over sentences take on one thread,
/// in milliseconds? The encoder of InferSent: words of 300 numbers, 64 sentences of 16 words, 2,048
/// units in each direction, and 256 for a small one.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class LstmStep {

    private static final int BATCH = 64;
    private static final int WORDS = 16;
    private static final int EMBEDDING = 300;

    @Param({"256", "2048"})
    public int hidden;

    private Lstm encoder = new Lstm(1, 1, Random.stream(1));
    private Tensor sentences = Tensor.scalar(0f);

    @Setup
    public void setup() {
        Random random = Random.stream(1);
        encoder = new Lstm(EMBEDDING, hidden, Lstm.Options.DEFAULT.withBothDirections(), random);
        sentences = random.normal(0, 1, BATCH, WORDS, EMBEDDING);
    }

    /// Gradients are computed when `Gradients.of` returns; none is pending.
    @Benchmark
    public void forwardAndBackward(Blackhole results) {
        aligrad.tensor.Scope.run(
                "lstm",
                () -> {
                    Gradients g = Gradients.of(encoder.forward(sentences).outputs().sum());
                    for (Parameter p : encoder.parameters()) {
                        results.consume(g.of(p).storage());
                    }
                });
    }
}
