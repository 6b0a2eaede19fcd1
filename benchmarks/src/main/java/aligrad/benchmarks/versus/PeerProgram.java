package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The peers' program in `benchmarks/peers`: a Maven project of its own, which is built when it is
/// first needed, because it downloads 135 MB of native libraries that nothing else needs.
final class PeerProgram implements Peers {

    private final Path folder;
    private final Path cases;
    private final int threads;
    private final Map<String, String> environment;

    private PeerProgram(Path home, int threads, Map<String, String> environment) {
        this.threads = threads;
        this.environment = environment;
        folder = home.resolve("benchmarks/peers");
        cases = home.resolve("benchmarks/src/main/java/aligrad/benchmarks/cases");
    }

    /// For times. The C library takes large blocks from the system anew each time, and the system
    /// clears them page by page, which Aligrad's pool avoids. So it is told to keep what was freed,
    /// in one heap, and to ask for large pages: of what was tried this gave libtorch its shortest
    /// times.
    ///
    /// @param home Aligrad's root folder
    static PeerProgram keepingMemory(Path home, int threads) {
        return new PeerProgram(
                home,
                threads,
                Map.of(
                        "GLIBC_TUNABLES",
                        "glibc.malloc.arena_max=1:glibc.malloc.mmap_max=0:glibc.malloc.hugetlb=1"
                                + ":glibc.malloc.trim_threshold=17179869184"
                                + ":glibc.malloc.top_pad=268435456"));
    }

    /// For memory: the C library gives back what was freed, as it usually does.
    ///
    /// @param home Aligrad's root folder
    static PeerProgram returningMemory(Path home, int threads) {
        return new PeerProgram(home, threads, Map.of());
    }

    /// Builds it if it was not yet, or if a source is newer.
    ///
    /// @throws BenchException if that does not work, most often for want of a network
    void build() {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            throw BenchException.failure(
                    "The peers' native libraries are fetched for Linux on x86-64 only, and this is"
                            + " %s on %s."
                                    .formatted(
                                            System.getProperty("os.name"),
                                            System.getProperty("os.arch")));
        }
        Path log = folder.resolve("target/build.log");
        Path built = folder.resolve("target/built");
        try {
            if (!isStale(built)) {
                return;
            }
            Files.createDirectories(log.getParent());
            System.err.println("Building the peers (the first time, 135 MB are downloaded) ...");
            maven(log);
            Files.writeString(built, "");
            Files.setLastModifiedTime(built, FileTime.fromMillis(System.currentTimeMillis()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isStale(Path built) throws IOException {
        if (!Files.exists(built)) {
            return true;
        }
        FileTime then = Files.getLastModifiedTime(built);
        for (Path root : List.of(folder.resolve("pom.xml"), folder.resolve("src"), cases)) {
            try (Stream<Path> sources = Files.walk(root)) {
                for (Path source : sources.toList()) {
                    if (Files.getLastModifiedTime(source).compareTo(then) > 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void maven(Path log) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                "mvn",
                                "-B",
                                "-ntp",
                                "-Dmaven.test.skip=true",
                                "package",
                                "-f",
                                folder.resolve("pom.xml").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("JAVA25_HOME", System.getProperty("java.home"));
        Process maven;
        try {
            maven = builder.start();
        } catch (IOException e) {
            throw BenchException.failure(
                    "The peers must be built first: install Apache Maven, so that mvn is on the"
                            + " PATH.",
                    e);
        }
        int exit = maven.onExit().join().exitValue();
        if (exit == 0) {
            return;
        }
        boolean unfetched =
                Files.readString(log)
                        .matches(
                                "(?s).*(Could not (resolve|transfer|find)|could not be"
                                        + " resolved|Cannot access).*");
        throw BenchException.failure(
                unfetched
                        ? "Maven could not fetch the peers, libtorch 2.7.1 through DJL 0.36.0 and"
                                + " OpenBLAS 0.3.31; run this once with a network (Maven's words: "
                                + log
                                + ")."
                        : "The peers' program could not be built; Maven's words are in "
                                + log
                                + ".");
    }

    @Override
    public List<Contestant.Side> of(Case c) {
        return c.peers().stream().map(this::side).toList();
    }

    private Contestant.Side side(Peer peer) {
        Path target = folder.resolve("target");
        List<String> flags =
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        // Unpacked libraries stay in the build's folder, not in the user's.
                        "-DDJL_CACHE_DIR=" + target.resolve("natives"),
                        "-Dorg.bytedeco.javacpp.cachedir=" + target.resolve("natives"),
                        "-Dai.djl.offline=true",
                        "-cp",
                        target.resolve("aligrad-peers.jar") + ":" + target.resolve("lib/*"));
        return Contestant.Side.java(
                peer.label(),
                switch (peer) {
                    case LIBTORCH -> "aligrad.peers.Libtorch";
                    case OPENBLAS -> "aligrad.peers.OpenBlas";
                },
                flags,
                threads,
                environment);
    }
}
