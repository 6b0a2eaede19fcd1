package aligrad.benchmarks;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;
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

/// How long does each pass of a convolution take on one thread, in milliseconds, at layers of wide
/// residual networks on CIFAR, batch 32?
///
/// Each pass does `2 · 32 · outputs² · out · kernel² · in` operations when they are counted as a
/// direct convolution does them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Daligrad.threads=1"})
public class Convolution {

    private static final int BATCH = 32;

    /// A layer: channels in and out, size of the square image, kernel, stride.
    public enum Layer {
        /// The first one.
        IMAGE(3, 16, 32, 3, 1),
        /// The first of the first stage.
        WIDEN(16, 64, 32, 3, 1),
        /// The others of the first stage.
        STAGE_1(64, 64, 32, 3, 1),
        /// The first of the second stage.
        STRIDED(64, 128, 32, 3, 2),
        /// The shortcut beside it.
        SHORTCUT(64, 128, 32, 1, 2),
        /// The others of the second stage.
        STAGE_2(128, 128, 16, 3, 1),
        /// The others of the third stage.
        STAGE_3(256, 256, 8, 3, 1);

        private final int in;
        private final int out;
        private final int size;
        private final Window2d window;

        Layer(int in, int out, int size, int kernel, int stride) {
            this.in = in;
            this.out = out;
            this.size = size;
            this.window = Window2d.of(kernel).withPadding(kernel / 2).withStride(stride);
        }
    }

    @Param public Layer layer = Layer.STAGE_1;

    private Tensor x = Tensor.scalar(0f);
    private Tensor filter = Tensor.scalar(0f);
    private Tensor g = Tensor.scalar(0f);

    @Setup
    public void setup() {
        Random random = Random.stream(1);
        int kernel = layer.window.kernelHeight();
        x = random.normal(0, 1, BATCH, layer.size, layer.size, layer.in);
        filter = random.normal(0, 1, layer.out, kernel, kernel, layer.in);
        g = random.normal(0, 1, x.conv2d(filter, layer.window, 1).shape().toArray());
    }

    @Benchmark
    public double forward() {
        return aligrad.tensor.Scope.compute(
                "forward", () -> first(x.conv2d(filter, layer.window, 1)));
    }

    @Benchmark
    public double inputGradient() {
        Shape images = x.shape();
        return aligrad.tensor.Scope.compute(
                "input gradient",
                () -> first(g.conv2dInputGradient(filter, layer.window, 1, images)));
    }

    @Benchmark
    public double filterGradient() {
        return aligrad.tensor.Scope.compute(
                "filter gradient", () -> first(x.conv2dFilterGradient(g, layer.window, 1)));
    }

    /// One element; a convolution is computed as a whole when it is written, and is never pending.
    private static double first(Tensor y) {
        return y.select(0, 0).select(0, 0).select(0, 0).select(0, 0).item();
    }
}
