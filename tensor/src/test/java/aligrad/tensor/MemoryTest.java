package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.spi.HostStorage;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class MemoryTest {

    private static final int MEGABYTE = 1 << 20;

    /// Live bytes once the garbage of earlier tests is gone.
    private static long settled() {
        long live = Memory.now().live();
        for (int quiet = 0; quiet < 3; ) {
            collect();
            long now = Memory.now().live();
            quiet = now == live ? quiet + 1 : 0;
            live = now;
        }
        return live;
    }

    private static void collect() {
        System.gc();
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final MemorySegment ONES = Arena.global().allocate(50 * MEGABYTE).fill((byte) 1);

    /// Ones that are copied from elsewhere off the heap, which is no reason to collect garbage.
    private static Tensor megabytes(int n) {
        return Tensor.of(ONES.asSlice(0, (long) n * MEGABYTE), DType.U8, Shape.of(n, MEGABYTE));
    }

    @Test
    void liveBytesReturnToTheStartWhenAScopeEnds() {
        long before = settled();
        Scope.run(
                "s",
                () -> {
                    Tensor x = megabytes(3);
                    assertThat(Memory.now().live()).isGreaterThanOrEqualTo(before + 3 * MEGABYTE);
                    Tensor y = x.select(1, 0).to(DType.F32).sum(0).exp();
                    y.toDoubleArray();
                });
        assertThat(Memory.now().live()).isEqualTo(before);
    }

    @Test
    void onlyWhatIsKeptStaysLive() {
        long before = settled();
        Tensor kept = Scope.compute("s", () -> megabytes(3).select(0, 1).copy());
        long grown = Memory.now().live() - before;
        assertThat(grown)
                .isBetween((long) MEGABYTE, MEGABYTE * 9 / 8L); // eight classes to a doubling
        assertThat(kept.size()).isEqualTo(MEGABYTE);
    }

    @Test
    void stepsInScopesTakeNoMoreThanTheFirst() {
        Parameter p = new Parameter("p", Tensor.zeros(300, 100));
        long before = settled();
        long[] peaks = new long[200];
        for (int step = 0; step < peaks.length; step++) {
            Memory.resetPeak();
            Scope.run(
                    "step",
                    () -> {
                        Tensor x = p.value().add(1).exp().sum(1).square();
                        Tensor next = p.value().add(x.mean()).mul(0.5);
                        Scope.retire();
                        Variable.assign(new Variable[] {p}, new Tensor[] {next});
                    });
            assertThat(Memory.now().live()).isEqualTo(before);
            peaks[step] = Memory.now().peak();
        }
        assertThat(peaks).containsOnly(peaks[0]);
    }

    @Test
    void whatAScopeReleasedIsHandedOutAgain() {
        long[] addresses = new long[2];
        for (int i = 0; i < 2; i++) {
            int at = i;
            Scope.run(
                    "s",
                    () -> addresses[at] = ((HostStorage) Tensor.ones(777).storage()).address());
        }
        assertThat(addresses[1]).isEqualTo(addresses[0]);
    }

    @Test
    void unreachableTensorsAreReclaimed() {
        long before = settled();
        long grown = makeGarbage();
        assertThat(grown).isGreaterThanOrEqualTo(before + 20L * MEGABYTE);
        assertThat(settled()).isLessThanOrEqualTo(before);
    }

    private static long makeGarbage() {
        Tensor[] garbage = new Tensor[10];
        for (int i = 0; i < garbage.length; i++) {
            garbage[i] = megabytes(2).transpose();
        }
        long live = Memory.now().live();
        assertThat(garbage).doesNotContainNull(); // reachable up to here
        return live;
    }

    @Test
    void aViewKeepsItsStorageFromBeingReclaimed() {
        Tensor view = megabytes(2).select(0, 1).slice(0, 5, 10);
        settled();
        Tensor other = megabytes(2);
        assertThat(view.toDoubleArray()).containsOnly(1);
        assertThat(other.size()).isEqualTo(2L * MEGABYTE);
    }

    @Test
    void namesWhatHoldsMemoryByOperationAndLayer() {
        Tensor held = Recording.inLayer("encoder.linear", () -> megabytes(3));
        assertThat(Memory.byHolder().get("data in encoder.linear"))
                .isGreaterThanOrEqualTo(3L * MEGABYTE);
        assertThat(held.size()).isEqualTo(3L * MEGABYTE);
    }

    @Test
    void readsAsText() {
        assertThat(new Memory(1, 12_345, 12_345_678, 12_345_678_901L))
                .hasToString("live 1 B, peak 12.3 kB, pooled 12.3 MB, limit 12.3 GB");
    }

    @Test
    void unscopedGarbageIsCollectedBeforeTheLimitIsReached() throws Exception {
        assertThat(run("garbage")).isEqualTo("done");
    }

    @Test
    void pooledBlocksMakeRoomForOthers() throws Exception {
        assertThat(run("sizes")).isEqualTo("done");
    }

    @Test
    void pastTheLimitTheLargestHoldersAreNamed() throws Exception {
        assertThat(run("hold"))
                .matches(
                        "MemoryExhaustedException: data in decoder: no room for 16777216 bytes;"
                                + " \\d+ of 67108864 are live\\. Largest holders:"
                                + " data in encoder \\d+; data \\d+;.*"
                                + " compute in a Scope so that intermediate results are released,"
                                + " use a smaller batch, or raise -Daligrad\\.memory\\.limit");
    }

    @Test
    void whatIsFreedPastTheLimitCanBeUsedAgain() throws Exception {
        assertThat(run("recover")).isEqualTo("done");
    }

    /// What [Limited] prints in a process of its own, which has 64 MB for tensors.
    private static String run(String what)
            throws IOException, InterruptedException, URISyntaxException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx64m",
                                "-Daligrad.memory.limit=" + 64 * MEGABYTE,
                                "-Daligrad.device=reference",
                                "-cp",
                                place(Tensor.class) + File.pathSeparator + place(MemoryTest.class),
                                Limited.class.getName(),
                                what)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }

    private static Path place(Class<?> c) throws URISyntaxException {
        return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /// A program that lives with little memory.
    static final class Limited {

        private Limited() {}

        public static void main(String[] what) {
            try {
                switch (what[0]) {
                    case "garbage" -> {
                        for (int i = 0; i < 1000; i++) { // a gigabyte in all
                            megabytes(1);
                        }
                    }
                    case "sizes" -> {
                        for (int i = 1; i <= 50; i += 7) {
                            int n = i;
                            Scope.run("s", () -> megabytes(n).storage());
                        }
                    }
                    case "hold" -> {
                        List<Tensor> held = new ArrayList<>();
                        held.add(megabytes(4));
                        held.add(Recording.inLayer("encoder", () -> megabytes(40)));
                        held.add(Recording.inLayer("decoder", () -> megabytes(16)));
                        throw new AssertionError(held.size());
                    }
                    case "recover" -> {
                        for (int i = 0; i < 3; i++) {
                            try {
                                Scope.run("s", () -> List.of(megabytes(40), megabytes(30)));
                                throw new AssertionError("there is no room for that");
                            } catch (MemoryExhaustedException e) {
                                Scope.run("s", () -> megabytes(50).storage());
                            }
                        }
                    }
                    default -> throw new AssertionError(what[0]);
                }
                System.out.println("done");
            } catch (MemoryExhaustedException e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }
}
