package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The instructions of tensor cores, compiled and assembled for NVIDIA's devices without one: where
/// clang and NVIDIA's assembler are installed.
class PtxTest {

    @TempDir private Path directory = Path.of("");

    private record Run(int exit, String output) {}

    private Run run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            return new Run(process.waitFor(), Files.readString(output));
        } catch (IOException e) {
            return new Run(-1, e.toString());
        }
    }

    private String clang() throws IOException, InterruptedException {
        for (String name : List.of("clang", "clang-15", "clang-16", "clang-19")) {
            if (run(name, "--print-targets").output().contains("nvptx64")) {
                assumeTrue(run("ptxas", "--version").exit() == 0, "ptxas is not installed");
                return name;
            }
        }
        assumeTrue(false, "no clang that compiles for nvptx64 is installed");
        return "";
    }

    private Path compile(String target, String... options)
            throws IOException, InterruptedException {
        String clang = clang();
        Path source = directory.resolve("mma.cl");
        try (var prelude = PtxTest.class.getResourceAsStream("nvptx.cl")) {
            assertThat(prelude).isNotNull();
            String functions = new String(prelude.readAllBytes());
            Files.writeString(
                    source, functions + Kernels.resource("common.cl") + Kernels.resource("mma.cl"));
        }
        Path ptx = directory.resolve("mma.ptx");
        List<String> command = new ArrayList<>();
        command.addAll(List.of(clang, "-target", "nvptx64-nvidia-nvcl", "-x", "cl", "-O3", "-S"));
        command.addAll(List.of("-cl-std=CL1.2", "-Xclang", "-finclude-default-header"));
        command.addAll(List.of("-Xclang", "-target-cpu", "-Xclang", target));
        command.addAll(List.of("-Xclang", "-target-feature", "-Xclang", "+ptx70"));
        command.addAll(List.of("-Dasm=__asm__", "-DPTX", "-DT=float")); // NVIDIA's takes 'asm'
        command.addAll(List.of(options));
        command.addAll(List.of(source.toString(), "-o", ptx.toString()));
        Run compiled = run(command.toArray(new String[0]));
        assertThat(compiled.exit()).as(compiled.output()).isZero();
        return ptx;
    }

    private Run assemble(Path ptx, String target) throws IOException, InterruptedException {
        return run(
                "ptxas",
                "-arch=" + target,
                "-v",
                ptx.toString(),
                "-o",
                directory.resolve("mma.cubin").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-DPATCHES", "-DTAPS", "-DMATRIX"})
    void everyFormIsAssembledWithoutSpills(String form) throws Exception {
        for (GemmTensorCores.Tile tile : GemmTensorCores.Tile.values()) {
            for (String precision : List.of("-DTF32", "-DBF16")) {
                List<String> options = new ArrayList<>(List.of(form, precision));
                options.addAll(List.of(tile.options().strip().split(" ")));
                Path ptx = compile("sm_80", options.toArray(new String[0]));
                Run assembled = assemble(ptx, "sm_80");
                assertThat(assembled.exit()).as(assembled.output()).isZero();
                assertThat(assembled.output()).contains(" 0 bytes spill stores");
                // two steps of 8 words, and nothing in between is a loop
                String instruction = "mma.sync.aligned.m16n8k";
                assertThat(Files.readString(ptx).split(instruction, -1))
                        .hasSize(1 + 2 * tile.fragmentsDown * tile.fragmentsAcross);
                assertThat(Files.readString(ptx))
                        .contains(instruction + (precision.equals("-DBF16") ? "16" : "8."));
            }
        }
    }

    @Test
    void anOlderDeviceRefusesThem() throws Exception {
        Path ptx = compile("sm_80", GemmTensorCores.Tile.SMALL.options().strip().split(" "));
        String old = Files.readString(ptx).replace(".target sm_80", ".target sm_75");
        Files.writeString(ptx, old);
        assertThat(assemble(ptx, "sm_75").exit()).isNotZero();
    }
}
