package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `aligrad bench versus`.
@Command(
        name = "versus",
        description = {
            "Times Aligrad beside libtorch and OpenBLAS, each in its own virtual machine, in turn;"
                    + " ratio is the peer's time over ours. The first time, Maven downloads the"
                    + " peers.",
            "With --device, Aligrad computes there, and the peer is the PyTorch that python3"
                    + " finds, on a device of its own. Without it Aligrad is measured alone."
        },
        mixinStandardHelpOptions = true)
public final class Versus implements Callable<Integer> {

    private static final List<String> PRECISIONS = List.of("fp32", "tf32");

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description =
                    "only these cases, such as gemm-512,lenet, or infersent for all of its sizes")
    private @Nullable List<String> only;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "where Aligrad computes, such as opencl:0 (default: the processor)")
    private @Nullable String device;

    @Option(
            names = "--peer-device",
            paramLabel = "NAME",
            description = "with --device, where PyTorch computes: cuda (default), cuda:1, cpu")
    private @Nullable String peerDevice;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description =
                    "with --device, of products and convolutions on both sides: fp32 (default), or"
                            + " tf32 on tensor cores")
    private @Nullable String precision;

    @Mixin private Sides sides = new Sides();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "writes the results as an array of objects, too")
    private @Nullable Path json;

    @Option(
            names = "--quick",
            description =
                    "measures for less than five minutes in all, without infersent-2048 unless"
                            + " --only names it")
    private boolean quick;

    @Override
    public Integer call() {
        List<Case> cases = cases();
        checkOptions();
        Match match = device == null ? onTheProcessor() : on(device);
        List<Result> results = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        System.out.println(device == null ? Result.HEADING : Result.HEADING_WITH_RATE);
        for (Case c : cases) {
            try {
                for (Result result : match.play(c)) {
                    System.out.println(result.line());
                    results.add(result);
                }
            } catch (BenchException e) {
                System.out.println(e.getMessage());
                failures.add(c.name());
            }
            if (json != null) {
                write(results, json);
            }
        }
        results.stream().filter(Result::failed).map(Result::name).forEach(failures::add);
        if (!failures.isEmpty()) {
            throw BenchException.failure(
                    "A side failed in "
                            + String.join(", ", failures)
                            + "; the lines above say how.");
        }
        if (!results.stream().allMatch(Result::agree)) {
            throw BenchException.failure(
                    "Aligrad and a peer did not compute the same result, so their times say"
                            + " nothing.");
        }
        return 0;
    }

    private Match onTheProcessor() {
        PeerProgram peers = PeerProgram.keepingMemory(sides.home(), sides.threads());
        peers.build();
        Contestant.Side ours = Ours.side(sides.threads(), List.of());
        return new Match(ours, peers, true, 1, sides.threads(), pace(), sides.logs());
    }

    private Match on(String device) {
        boolean tf32 = "tf32".equals(precision);
        Path folder = sides.logs();
        int threads = sides.threads();
        PyTorch peer = new PyTorch(peerDevice == null ? "cuda" : peerDevice, tf32, threads, folder);
        System.out.println(peer.found());
        List<String> flags = new ArrayList<>();
        flags.add("-Daligrad.device=" + device);
        if (precision != null) {
            flags.add("-Daligrad.opencl.precision=" + precision);
        }
        // tf32 rounds factors to 11 bits instead of 24.
        double roundings = tf32 ? 50 : 1;
        Contestant.Side ours = Ours.side(threads, flags);
        return new Match(ours, peer, false, roundings, threads, pace(), folder);
    }

    private Pace pace() {
        return quick ? Pace.QUICK : Pace.USUAL;
    }

    private List<Case> cases() {
        if (only == null) {
            return device == null
                    ? quick ? Cases.QUICK : Cases.ALL
                    : quick ? Cases.QUICK_ON_A_DEVICE : Cases.ON_A_DEVICE;
        }
        return Sides.cases(only);
    }

    private void checkOptions() {
        sides.threads();
        if (device == null && (peerDevice != null || precision != null)) {
            throw BenchException.usage(
                    (precision == null ? "--peer-device" : "--precision")
                            + " is of comparisons on a device: name it with --device.");
        }
        if (precision != null && !PRECISIONS.contains(precision)) {
            throw BenchException.usage(
                    "--precision %s: choose from %s."
                            .formatted(precision, String.join(", ", PRECISIONS)));
        }
        if (precision != null && device != null && !device.startsWith("opencl")) {
            throw BenchException.usage(
                    "--precision: device %s computes in fp32 alone; leave it out."
                            .formatted(device));
        }
        Path parent = json == null ? null : json.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw BenchException.usage(
                    "--json %s: there is no directory %s to write it in.".formatted(json, parent));
        }
        if (json != null && Files.isDirectory(json)) {
            throw BenchException.usage("--json " + json + ": it is a directory; name a file.");
        }
    }

    /// Writes the results, all or none of them.
    static void write(List<Result> results, Path file) {
        Path partial = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            JSON.std
                    .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
                    .write(results.stream().map(Result::json).toList(), partial.toFile());
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw BenchException.failure("--json " + file + ": it could not be written: " + e, e);
        }
    }
}
