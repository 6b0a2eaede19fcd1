package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The PyTorch that `python3` finds, on a device of its choice. Its side is `pytorch.py`, which is
/// told each case in words, so that shapes, parameters and constants have one home, the cases.
final class PyTorch implements Peers {

    private static final String SCRIPT = "pytorch.py";

    private final String device;
    private final boolean tf32;
    private final int threads;
    private final Path script;
    private final Probe probe;

    /// What the script said of itself.
    ///
    /// @param absence why it cannot compute, in two words; empty if it can
    /// @param found the version and the device, or the reason in full
    private record Probe(String absence, String found) {}

    /// Looks whether it can compute.
    ///
    /// @param device in PyTorch's words, such as `cuda`
    /// @param tf32 whether products and convolutions may use tensor cores in that format
    /// @param folder where the script is unpacked
    PyTorch(String device, boolean tf32, int threads, Path folder) {
        this.device = device;
        this.tf32 = tf32;
        this.threads = threads;
        this.script = unpacked(folder);
        this.probe = probe();
    }

    private static Path unpacked(Path folder) {
        Path file = folder.resolve(SCRIPT);
        try (InputStream in = PyTorch.class.getResourceAsStream(SCRIPT)) {
            Files.copy(Objects.requireNonNull(in), file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private Probe probe() {
        try {
            Process process =
                    new ProcessBuilder("python3", script.toString(), "probe", device)
                            .redirectErrorStream(true)
                            .start();
            String said;
            try (InputStream in = process.getInputStream()) {
                said = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
            return switch (process.onExit().join().exitValue()) {
                case 0 -> new Probe("", said);
                case 3 -> new Probe("no torch", said);
                case 4 -> new Probe("no " + device.replaceFirst(":.*", ""), said);
                default -> new Probe("no python", said);
            };
        } catch (IOException e) {
            return new Probe("no python3", e.toString());
        }
    }

    /// What was found, for the reader of the table.
    String found() {
        return probe.absence.isEmpty()
                ? "pytorch: " + probe.found
                : "pytorch: %s (%s)".formatted(probe.absence, probe.found);
    }

    @Override
    public List<Contestant.Side> of(Case c) {
        return probe.absence.isEmpty() ? List.of(side(c)) : List.of();
    }

    @Override
    public String absence() {
        return probe.absence;
    }

    private Contestant.Side side(Case c) {
        Map<String, Object> words = new LinkedHashMap<>(words(c));
        words.put("device", device);
        words.put("tf32", tf32);
        words.put("threads", threads);
        try {
            return new Contestant.Side(
                    "pytorch",
                    List.of("python3", script.toString(), JSON.std.asString(words)),
                    Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> words(Case c) {
        return switch (c) {
            case Case.Gemm(_, int n) -> Map.of("kind", "gemm", "n", n);
            case Case.Convolution p ->
                    Map.of(
                            "kind", "convolution",
                            "batch", p.batch(),
                            "in", p.in(),
                            "out", p.out(),
                            "size", p.size(),
                            "output", p.outputSize(),
                            "kernel", p.kernel(),
                            "stride", p.stride(),
                            "padding", p.padding());
            case Case.Chain(_, int n) -> Map.of("kind", "chain", "n", n);
            case Case.LayerNorm(_, int rows, int width) ->
                    Map.of(
                            "kind",
                            "layernorm",
                            "rows",
                            rows,
                            "width",
                            width,
                            "epsilon",
                            Case.LayerNorm.EPSILON);
            case Case.SoftmaxCrossEntropy(_, int batch, int classes) ->
                    Map.of("kind", "softmax", "batch", batch, "classes", classes);
            case Case.Update u ->
                    Map.of(
                            "kind",
                            "update",
                            "n",
                            u.n(),
                            "momentum",
                            Case.Update.MOMENTUM,
                            "epsilon",
                            Case.Update.EPSILON,
                            "loss",
                            u.loss());
            case Case.Network n ->
                    Map.of(
                            "kind", "network",
                            "architecture", n.architecture().name(),
                            "batch", n.batch(),
                            "checked", n.forCheck().batch(),
                            "momentum", n.momentum(),
                            "dropout", n.dropout(),
                            "max_learning_rate", Case.Network.MAX_LEARNING_RATE,
                            "epsilon", Case.Network.EPSILON,
                            "sizes", sizes(),
                            "parameters", parameters(n.architecture()));
        };
    }

    private static Map<String, Integer> sizes() {
        return Map.of(
                "classes", Architecture.CLASSES,
                "words", Architecture.WORDS,
                "embedding", Architecture.EMBEDDING,
                "entailments", Architecture.ENTAILMENTS,
                "dnc_steps", Architecture.DNC_STEPS,
                "dnc_inputs", Architecture.DNC_INPUTS,
                "dnc_outputs", Architecture.DNC_OUTPUTS);
    }

    private static List<Map<String, Object>> parameters(Architecture architecture) {
        return architecture.parameters().stream()
                .map(
                        w ->
                                Map.<String, Object>of(
                                        "name", w.name(),
                                        "centre", w.centre(),
                                        "spread", w.spread(),
                                        "extents", w.extents()))
                .toList();
    }
}
