package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import aligrad.tensor.Device;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class DevicesTest {

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

    @Test
    void theDncLearnsTheSameOnOpenCl() {
        needsOpenCl();
        assertThat(dnc("cpu", "--iterations", "10", "--seed", "1").exit()).isZero();
        Console opencl = dnc("cl", "--iterations", "10", "--seed", "1", "--device", "opencl");
        assertThat(opencl.err()).isEmpty();
        assertThat(opencl.exit()).isZero();
        double[] expected = losses("cpu");
        double[] actual = losses("cl");
        assertThat(actual).hasSameSizeAs(expected).hasSize(10);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-3 * expected[i]));
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
