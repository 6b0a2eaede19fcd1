package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a user sees where OpenCL is missing or in the way: a sentence, never the end of the
/// process. Each case is a process of its own, because drivers are looked for once.
class FailurePathsTest {

    @TempDir private Path directory = Path.of("");

    private Process start(Map<String, String> environment, List<String> options, String... args)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-Daligrad.opencl.cache=" + directory.resolve("cache"));
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ListDevices.class.getName());
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static final List<String> NATIVE = List.of("--enable-native-access=ALL-UNNAMED");

    @Test
    void withoutADriverThereIsASentence() throws Exception {
        Presence.device(); // so that there is a loader
        Map<String, String> none = Map.of("OCL_ICD_VENDORS", directory.toString());
        assertThat(output(start(none, NATIVE, "opencl", "reference")))
                .contains("null | OpenCL | there is an OpenCL loader but no driver for it")
                .contains("refused: no device 'opencl:0': no OpenCL device can be used; there is")
                .contains("sum 1000000.0"); // the other device computes
    }

    @Test
    void whereJavaRefusesNativeCodeThereIsASentence() throws Exception {
        List<String> denied = List.of("--illegal-native-access=deny");
        assertThat(output(start(Map.of(), denied, "opencl")))
                .contains("start it with --enable-native-access=ALL-UNNAMED");
    }

    @Test
    void aDeviceThatIsNotThereIsRefusedByName() throws Exception {
        Presence.device();
        assertThat(output(start(Map.of(), NATIVE, "opencl:99")))
                .contains("refused: no device 'opencl:99': there are opencl:0 to ");
    }

    @Test
    void programsThatStartAtTheSameMomentDoNotDisturbEachOther() throws Exception {
        Presence.device();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start(Map.of(), NATIVE, "opencl"));
        }
        for (Process process : processes) {
            assertThat(output(process)).contains("sum 1000000.0");
        }
    }
}
