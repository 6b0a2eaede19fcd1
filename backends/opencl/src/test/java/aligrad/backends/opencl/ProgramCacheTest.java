package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.backends.opencl.driver.Session;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

class ProgramCacheTest {

    private static final String SOURCE = "kernel void f(global float* x) { x[0] = 7; }";
    private static final String OPTIONS = "-cl-std=CL1.2";

    @TempDir private Path directory = Path.of("");
    private final Session session = Presence.device().open();

    @BeforeEach
    void lock() {
        session.lock().lock();
    }

    @AfterEach
    void unlock() {
        session.lock().unlock();
    }

    private int built(Path where) {
        ProgramCache cache = new ProgramCache(where);
        cache.get(session, SOURCE, OPTIONS).kernel("f");
        return cache.built();
    }

    private Path entry() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> entries = files.toList();
            assertThat(entries).hasSize(1); // no temporary file is left
            return entries.getFirst();
        }
    }

    @Test
    void theSecondStartCompilesNothing() {
        assertThat(built(directory)).isEqualTo(1);
        assertThat(built(directory)).isZero();
    }

    @Test
    void otherOptionsAreAnotherProgram() {
        built(directory);
        ProgramCache cache = new ProgramCache(directory);
        cache.get(session, SOURCE, OPTIONS + " -DX=1");
        assertThat(cache.built()).isEqualTo(1);
    }

    @Test
    void everyDamageMeansToCompileAgain() throws IOException {
        built(directory);
        byte[] whole = Files.readAllBytes(entry());
        for (int at : new int[] {0, 5, 20, 42, 50, whole.length / 2, whole.length - 1}) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(entry(), damaged);
            assertThat(built(directory)).as("byte %d", at).isEqualTo(1);
            assertThat(built(directory)).as("mended, byte %d", at).isZero();
        }
        for (int length : new int[] {0, 3, 40, whole.length - 1}) {
            Files.write(entry(), Arrays.copyOf(whole, length));
            assertThat(built(directory)).as("length %d", length).isEqualTo(1);
        }
    }

    @Test
    void anEntryThatTheDriverRefusesIsCompiledAgain() throws IOException {
        built(directory);
        // an entry that is whole, but whose program belongs to no driver
        Files.write(entry(), ProgramCache.entry(keyOf(Files.readAllBytes(entry())), new byte[99]));
        assertThat(built(directory)).isEqualTo(1);
        assertThat(built(directory)).isZero();
    }

    private static byte[] keyOf(byte[] entry) {
        return Arrays.copyOfRange(entry, 8, 40);
    }

    @Test
    void withoutAPlaceEverythingIsCompiled() throws IOException {
        assertThat(built(null)).isEqualTo(1);
        assertThat(built(null)).isEqualTo(1);
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        assertThat(built(file)).isEqualTo(1);
    }
}
