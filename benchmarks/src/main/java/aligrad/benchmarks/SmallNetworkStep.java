package aligrad.benchmarks;

import aligrad.benchmarks.cases.Cases;
import aligrad.benchmarks.cases.Workload;
import aligrad.benchmarks.versus.Ours;

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

/// How long does a training step of a small network take on one thread, in milliseconds: forward,
/// cross-entropy, backward, and ALI-G's update with momentum, batch 32?
///
/// The networks are those of `./aligrad bench versus`: the convolutional one of `train mnist`, and
/// one of three linear layers.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class SmallNetworkStep {

    @Param({"lenet", "mlp-256"})
    public String network = "lenet";

    private Workload training = Ours.workload(Cases.of(network));

    @Setup
    public void setup() {
        training = Ours.workload(Cases.of(network));
    }

    /// The step reads its loss and moves the parameters, so it leaves nothing pending.
    @Benchmark
    public void step() {
        training.run();
    }
}
