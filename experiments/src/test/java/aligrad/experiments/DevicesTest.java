package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import aligrad.optim.OptimizerState;
import aligrad.optim.StepReport;
import aligrad.tensor.Device;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

class DevicesTest {

    /// How many iterations of the DNC are compared; where somebody asks, they are told how far
    /// apart the devices were.
    private static final @Nullable Integer COMPARED =
            Integer.getInteger("aligrad.devices.iterations");

    private final Map<String, Double> largest = new LinkedHashMap<>();
    @TempDir private Path folder = Path.of("");

    private static void needsOpenCl() {
        boolean present = Device.available().contains("opencl:0");
        if (Boolean.getBoolean("aligrad.opencl.required")) {
            assertThat(present).as("an OpenCL device is required").isTrue();
        }
        assumeTrue(present, "no OpenCL device; ./aligrad devices says why");
    }

    private Console dnc(String out, String... options) {
        List<String> line =
                new ArrayList<>(List.of("train", "dnc", "--out", folder.resolve(out).toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    @Test
    void theListNamesWhatDeviceTakes() {
        Console list = Console.run("devices");
        assertThat(list.err()).isEmpty();
        assertThat(list.exit()).isZero();
        assertThat(list.out()).startsWith("cpu ").contains("\nreference ");
        for (String name : Device.available()) {
            assertThat(list.out()).contains(name + " ");
        }
        if (Device.available().contains("opencl:0")) {
            assertThat(list.out()).contains("products by ");
        }
    }

    /// Over more iterations the losses of two devices part: what rounding makes of the weights, the
    /// next steps make larger. `-Daligrad.devices.iterations=300` follows the processor as far as
    /// that.
    @Test
    void theDncLearnsTheSameOnOpenCl() {
        assertSameSteps(
                COMPARED == null ? 10 : COMPARED,
                () ->
                        new DncExperiment(
                                OptimizerChoice.ALIG, Double.POSITIVE_INFINITY, 1_000_000, 1));
    }

    @Test
    void aWideResidualNetworkLearnsTheSameOnOpenCl() throws IOException {
        Path data = folder.resolve("data");
        CifarFiles.write(data, 60, 6);
        ImageExperiment.Choices choices =
                new ImageExperiment.Choices(
                        "wrn-16-4",
                        data.toString(),
                        OptimizerChoice.ALIG,
                        0.1,
                        50,
                        0,
                        0,
                        1,
                        8,
                        1,
                        1,
                        new ImageProtocol(0.9, StepSchedule.NONE, Subset.ALL, 0),
                        Map.of());
        assertSameSteps(
                5, () -> new ImageExperiment(CifarData.task(data, CifarFormat.CIFAR10), choices));
    }

    @Test
    void aSentenceEncoderLearnsTheSameOnOpenCl() throws IOException {
        Path data = folder.resolve("data");
        SnliFiles.write(data);
        Embeddings vectors = new Embeddings(Embeddings.RANDOM);
        SnliExperiment.Choices choices =
                new SnliExperiment.Choices(
                        SentenceModel.INFERSENT,
                        64,
                        data.toString(),
                        vectors,
                        SnliLoss.CE,
                        OptimizerChoice.ALIG,
                        Double.POSITIVE_INFINITY,
                        Double.POSITIVE_INFINITY,
                        0,
                        0,
                        Double.POSITIVE_INFINITY,
                        new PlateauSchedule(1, 1),
                        0,
                        5,
                        2,
                        1,
                        Subset.ALL);
        assertSameSteps(
                5,
                () ->
                        new SnliExperiment(
                                SnliData.read(data, vectors.source(choices.random())), choices));
    }

    /// Trains on the processor and on a device, and puts the processor's weights on the device
    /// before every other iteration. So one is computed with the same weights, and the loss of the
    /// next tells what the step made of them.
    private void assertSameSteps(int iterations, Supplier<Experiment> job) {
        needsOpenCl();
        Device device = Device.of("opencl");
        Experiment expected = job.get();
        Experiment actual = Device.use(device, job);
        try {
            assertSameSteps(iterations, device, expected, actual);
        } finally {
            if (COMPARED != null) {
                System.out.println("largest relative differences: " + largest);
            }
            for (Experiment each : List.of(expected, actual)) {
                if (each instanceof ClassifierExperiment<?> loading) {
                    loading.close();
                }
            }
        }
    }

    private void assertSameSteps(
            int iterations, Device device, Experiment expected, Experiment actual) {
        for (int i = 0; i < iterations; i++) {
            if (i % 2 == 0) {
                copy(expected, actual, device);
            }
            StepReport e = step(expected, i);
            int iteration = i;
            StepReport a = Device.use(device, () -> step(actual, iteration));
            assertClose("loss", i, a.loss(), e.loss());
            if (i % 2 == 0) {
                assertClose("gradient norm", i, a.gradientNorm(), e.gradientNorm());
                assertClose("step size", i, a.stepSize(), e.stepSize());
            }
        }
    }

    private static StepReport step(Experiment experiment, long i) {
        return experiment.begin(i).step().report();
    }

    private static void copy(Experiment from, Experiment to, Device device) {
        to.model().load(moved(from.model().state(), device));
        OptimizerState state = from.optimizer().state();
        to.optimizer()
                .load(
                        new OptimizerState(
                                state.optimizer(),
                                moved(state.tensors(), device),
                                state.numbers()));
    }

    private static Map<String, Tensor> moved(Map<String, Tensor> tensors, Device device) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> moved.put(name, tensor.to(device)));
        return moved;
    }

    private void assertClose(String what, int i, double actual, double expected) {
        largest.merge(what, Math.abs(actual / expected - 1), Math::max);
        assertThat(actual)
                .as("%s of iteration %d", what, i)
                .isCloseTo(expected, within(1e-3 * Math.abs(expected)));
    }

    private void train(String out, String[] job, String... options) {
        List<String> line = new ArrayList<>(List.of("train"));
        line.addAll(List.of(job));
        line.addAll(List.of("--out", folder.resolve(out).toString()));
        line.addAll(List.of(options));
        Console console = Console.run(line.toArray(new String[0]));
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
    }

    /// Where the metrics of a step are written while the next one is computed, a run that was cut
    /// is still the whole one, bit for bit.
    @Test
    void aResumedRunEqualsAnUninterruptedOneOnOpenCl() throws IOException {
        needsOpenCl();
        String[] job = {"dnc", "--seed", "3"};
        train("whole", job, "--device", "opencl", "--iterations", "5");
        train("parts", job, "--device", "opencl", "--iterations", "2");
        train("parts", job, "--device", "opencl", "--iterations", "5", "--resume");
        assertThat(losses("parts")).hasSize(5).isEqualTo(losses("whole"));
        for (String file : List.of("model-5.safetensors", "optimizer-5.safetensors")) {
            assertThat(folder.resolve("parts/checkpoint").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("whole/checkpoint").resolve(file));
        }
    }

    private double[] losses(String run) {
        return RunRecord.read(folder.resolve(run)).curve("loss").stream()
                .mapToDouble(point -> point[1])
                .toArray();
    }

    @Test
    void everyOperationOfARunIsCheckedAgainstAnotherDevice() {
        Console checked = dnc("checked", "--iterations", "1", "--check-against", "reference");
        assertThat(checked.err()).isEmpty();
        assertThat(checked.exit()).isZero();
    }

    @Test
    void aDeviceIsNotCheckedAgainstItself() {
        Console same = dnc("same", "--device", "cpu", "--check-against", "cpu");
        assertThat(same.exit()).isEqualTo(2);
        assertThat(same.err())
                .isEqualToIgnoringNewLines(
                        "--check-against cpu: that is what computes already; name another device.");
    }

    @Test
    void aPrecisionThatTheDeviceDoesNotHaveIsRefused() {
        Console cpu = dnc("cpu-tf32", "--precision", "tf32");
        assertThat(cpu.exit()).isEqualTo(2);
        assertThat(cpu.err())
                .isEqualToIgnoringNewLines(
                        "--precision tf32: cpu computes with fp32; leave the option out, or name a"
                                + " device that has it with --device.");
        Console none = dnc("fp16", "--precision", "fp16");
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.err())
                .isEqualToIgnoringNewLines(
                        "--precision fp16: no precision 'fp16'; there are: fp32, tf32, bf16.");
        assertThat(dnc("fp32", "--precision", "fp32", "--iterations", "1").exit()).isZero();
    }

    @Test
    void aDeviceWithoutParametersHasNothingToTune() {
        for (String name : List.of("cpu", "reference")) {
            Console tune = Console.run("tune", "--device", name);
            assertThat(tune.exit()).isEqualTo(2);
            assertThat(tune.err())
                    .isEqualToIgnoringNewLines(
                            "--device %s: it has nothing to tune; name an OpenCL device, which ./aligrad devices lists."
                                    .formatted(name));
        }
        assertThat(Console.run("tune", "--quick", "--full").exit()).isEqualTo(2);
    }

    @Test
    void whereNothingIsKeptNothingIsTuned() {
        needsOpenCl();
        String before = System.getProperty("aligrad.opencl.cache");
        System.setProperty("aligrad.opencl.cache", "off");
        try {
            Console tune = Console.run("tune", "--device", "opencl");
            assertThat(tune.exit()).isEqualTo(2);
            assertThat(tune.err()).startsWith("tune --device opencl: nothing is kept because of ");
        } finally {
            System.setProperty("aligrad.opencl.cache", before);
        }
    }

    @Test
    void anUnknownDeviceIsRefused() {
        Console unknown = dnc("unknown", "--device", "cuda");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).startsWith("--device cuda: no device 'cuda'; there are: cpu, ");
        assertThat(dnc("absent", "--device", "opencl:99").err())
                .startsWith("--device opencl:99: no device 'opencl:99': ");
    }
}
