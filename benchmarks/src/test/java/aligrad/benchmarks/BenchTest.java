package aligrad.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

class BenchTest {

    /// Exit code 2, and lines on standard error of which the first says this.
    private static void refused(String reason, String... args) {
        PrintStream before = System.err;
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
        int exit;
        try {
            exit = Bench.execute(args);
        } finally {
            System.setErr(before);
        }
        assertThat(complained.toString(StandardCharsets.UTF_8))
                .startsWith(reason)
                .doesNotContain("\tat ");
        assertThat(exit).isEqualTo(2);
    }

    @Test
    void anUnknownCaseListsTheNames() {
        refused(
                "--only gemm-513: there is no case of that name; choose from gemm-512,",
                "versus",
                "--only",
                "lenet,gemm-513");
    }

    @Test
    void anUnknownCaseOfMemoryListsTheNames() {
        refused(
                "--only wrn-17: there is no case of that name; choose",
                "memory",
                "--only",
                "wrn-17");
        refused("--threads 0: it must be at least 1.", "memory", "--threads", "0");
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        refused("--threads 0: it must be at least 1.", "versus", "--threads", "0");
        refused("Invalid value for option '--threads'", "versus", "--threads", "two");
        refused(
                "--json /no/such/results.json: there is no directory /no/such to write it in.",
                "versus",
                "--json",
                "/no/such/results.json");
    }

    @Test
    void optionsOfDevicesNeedADevice() {
        refused(
                "--precision is of comparisons on a device: name it with --device.",
                "versus",
                "--precision",
                "tf32");
        refused("--peer-device is of comparisons", "versus", "--peer-device", "cpu");
        refused(
                "--precision fp8: choose from fp32, tf32.",
                "versus",
                "--device",
                "opencl:0",
                "--precision",
                "fp8");
        refused(
                "--precision: device cpu computes in fp32 alone",
                "versus",
                "--device",
                "cpu",
                "--precision",
                "fp32");
    }

    @Test
    void anUnknownOptionIsNamed() {
        refused("Unknown option: '--fast'", "versus", "--fast");
    }

    @Test
    void withoutACommandItSaysWhatThereIs() {
        refused("Say what to run: jmh, launches, memory or versus.");
    }
}
