package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.CompiledProgram;
import aligrad.backends.opencl.driver.Facts;
import aligrad.backends.opencl.driver.Session;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Compiled programs on disk, so that the second start of a program compiles nothing.
///
/// An entry belongs to one driver, device, source and set of options, and is checked before use: a
/// damaged one, or one that the driver does not take, is built anew. Entries are written under
/// another name and renamed, so that programs that start at the same moment do not meet half an
/// entry. Where the directory cannot be written, every program is compiled, and a warning says so.
///
/// `-Daligrad.opencl.cache=DIR` says where (default: `aligrad/opencl` in `$XDG_CACHE_HOME` or
/// `~/.cache`), `off` keeps nothing.
final class ProgramCache {

    private static final String ENTRY = ".bin";
    private static final int MAGIC = 0x416c4f43; // "AlOC"
    private static final int FORMAT = 1;
    private static final long MOST_BYTES = 256L << 20;

    private final @Nullable Path directory;
    private int built;
    private boolean warned;

    /// @param directory where entries are; `null` keeps none
    ProgramCache(@Nullable Path directory) {
        this.directory = directory;
        if (directory != null) {
            shrink(directory);
        }
    }

    /// The one that the system properties ask for.
    static ProgramCache chosen() {
        return new ProgramCache(chosenDirectory());
    }

    /// Where what was found out about devices is kept; `null` for nowhere.
    static @Nullable Path chosenDirectory() {
        String wanted = System.getProperty("aligrad.opencl.cache");
        if (wanted != null) {
            return wanted.equals("off") ? null : Path.of(wanted);
        }
        String base = System.getenv("XDG_CACHE_HOME");
        Path root =
                base == null || base.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(base);
        return root.resolve("aligrad").resolve("opencl");
    }

    /// How many programs had to be compiled.
    int built() {
        return built;
    }

    /// The program, from disk or compiled.
    CompiledProgram get(Session session, String source, String options) {
        if (directory == null) {
            return build(session, source, options);
        }
        byte[] key = key(session.facts(), source, options);
        Path file = directory.resolve(HexFormat.of().formatHex(key, 0, 16) + ENTRY);
        byte[] binary = read(file, key);
        if (binary != null) {
            CompiledProgram program = session.load(binary, options);
            if (program != null) {
                return program;
            }
        }
        CompiledProgram program = build(session, source, options);
        write(file, key, program.binary());
        return program;
    }

    private CompiledProgram build(Session session, String source, String options) {
        built++;
        return session.build(source, options);
    }

    private static byte[] key(Facts facts, String source, String options) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part :
                    List.of(
                            facts.platform(),
                            facts.name(),
                            facts.driver(),
                            facts.version(),
                            options,
                            source)) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                digest.update(bytes);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /// The binary of an entry; `null` if there is none or it is damaged.
    private static byte @Nullable [] read(Path file, byte[] key) {
        try {
            if (!Files.exists(file)) {
                return null;
            }
            ByteBuffer entry = ByteBuffer.wrap(Files.readAllBytes(file));
            if (entry.remaining() < 8 + key.length + 12
                    || entry.getInt() != MAGIC
                    || entry.getInt() != FORMAT) {
                return null;
            }
            byte[] itsKey = new byte[key.length];
            entry.get(itsKey);
            if (!Arrays.equals(itsKey, key)) {
                return null;
            }
            long checksum = entry.getLong();
            if (entry.getInt() != entry.remaining()) {
                return null;
            }
            byte[] binary = new byte[entry.remaining()];
            entry.get(binary);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return checksum(binary) == checksum ? binary : null;
        } catch (IOException e) {
            return null; // as if it were not there
        }
    }

    private void write(Path file, byte[] key, byte[] binary) {
        try {
            Path parent = Files.createDirectories(file.toAbsolutePath().getParent());
            Path temporary = Files.createTempFile(parent, "new", ".tmp");
            try {
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(entry(key, binary)));
                    channel.force(false);
                }
                Files.move(
                        temporary,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            if (!warned) {
                warned = true;
                System.getLogger("aligrad")
                        .log(
                                System.Logger.Level.WARNING,
                                "compiled OpenCL programs cannot be kept ("
                                        + e
                                        + "), so every start compiles them again; name a directory"
                                        + " with -Daligrad.opencl.cache=DIR, or 'off'");
            }
        }
    }

    /// What a file holds.
    static byte[] entry(byte[] key, byte[] binary) {
        return ByteBuffer.allocate(8 + key.length + 12 + binary.length)
                .putInt(MAGIC)
                .putInt(FORMAT)
                .put(key)
                .putLong(checksum(binary))
                .putInt(binary.length)
                .put(binary)
                .array();
    }

    private static long checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }

    /// Removes what was not used for longest until the rest is small enough.
    private static void shrink(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        record Entry(Path file, long bytes, FileTime used) {}
        try (Stream<Path> files = Files.list(directory)) {
            List<Entry> entries = new ArrayList<>();
            for (Path file : files.filter(f -> f.toString().endsWith(ENTRY)).toList()) {
                entries.add(new Entry(file, Files.size(file), Files.getLastModifiedTime(file)));
            }
            entries.sort(Comparator.comparing(Entry::used).reversed());
            long sum = 0;
            for (Entry entry : entries) {
                sum += entry.bytes();
                if (sum > MOST_BYTES) {
                    Files.deleteIfExists(entry.file());
                }
            }
        } catch (IOException e) {
            // another program is at it; the next start tries again
        }
    }
}
