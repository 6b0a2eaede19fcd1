package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/// `aligrad bench versus`.
@Command(
        name = "versus",
        description =
                "Times Aligrad beside libtorch and OpenBLAS, each in its own virtual machine, in"
                        + " turn; ratio is the peer's time over ours. The first time, Maven"
                        + " downloads the peers.",
        mixinStandardHelpOptions = true)
public final class Versus implements Callable<Integer> {

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description =
                    "only these cases, such as gemm-512,lenet, or infersent for all of its sizes")
    private @Nullable List<String> only;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "threads that compute on each side (default: 1)")
    private int threads = 1;

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
        Path home = home();
        PeerProgram peers = new PeerProgram(home);
        peers.build();
        Match match =
                new Match(
                        ours(),
                        peers.sides(),
                        threads,
                        quick ? Pace.QUICK : Pace.USUAL,
                        folder(home.resolve("benchmarks/target/versus")));
        List<Result> results = new ArrayList<>();
        System.out.println(Result.HEADING);
        for (Case c : cases) {
            for (Result result : match.play(c)) {
                System.out.println(result.line());
                results.add(result);
            }
            if (json != null) {
                write(results, json);
            }
        }
        if (!results.stream().allMatch(Result::agree)) {
            throw BenchException.failure(
                    "Aligrad and a peer did not compute the same result, so their times say"
                            + " nothing.");
        }
        return 0;
    }

    private List<Case> cases() {
        if (only == null) {
            return quick ? Cases.QUICK : Cases.ALL;
        }
        try {
            return only.stream().flatMap(name -> Cases.named(name).stream()).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw BenchException.usage("--only " + e.getMessage() + ".");
        }
    }

    private void checkOptions() {
        if (threads < 1) {
            throw BenchException.usage("--threads " + threads + ": it must be at least 1.");
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

    /// The launcher says where it is: the peers are built from sources.
    private static Path home() {
        String home = System.getProperty("aligrad.home");
        if (home == null) {
            throw BenchException.failure(
                    "bench versus needs Aligrad's sources: run it as ./aligrad bench versus.");
        }
        return Path.of(home);
    }

    /// As the launcher starts Aligrad.
    private static Contestant.Side ours() {
        return new Contestant.Side(
                "ours",
                Ours.class.getName(),
                List.of(
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path")),
                Map.of());
    }

    private static Path folder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
