package aligrad.experiments;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Unpacks the members of a zip or tar.gz archive that are wanted, and nothing else.
///
/// An archive with a name that would lead out of the directory is refused as a whole. A member
/// arrives as `NAME.part`, and gets its name when it is complete.
final class Archive {

    private final DataFile file;
    private final Path directory;
    private final Set<String> missing;
    private final PrintStream out;

    private Archive(DataFile file, Path directory, List<String> members, PrintStream out) {
        this.file = file;
        this.directory = directory;
        this.missing = new LinkedHashSet<>(members);
        this.out = out;
    }

    /// @param members names in the archive, such as `cifar-10-batches-bin/test_batch.bin`
    /// @throws UsageException if it is damaged, lacks a member, or has a name that leads out
    static void unpack(Path path, Path directory, List<String> members, PrintStream out) {
        boolean zip = path.getFileName().toString().endsWith(".zip");
        DataFile file = new DataFile(path, zip ? "zip archive" : "tar.gz archive");
        Archive archive = new Archive(file, directory, members, out);
        if (zip) {
            archive.unpackZip();
        } else {
            archive.unpackTar();
        }
        if (!archive.missing.isEmpty()) {
            throw new UsageException(
                    "%s: it has no member %s; it is not the published archive."
                            .formatted(path, String.join(", ", archive.missing)));
        }
    }

    private void unpackZip() {
        try (ZipFile zip = new ZipFile(file.path().toFile())) {
            List<? extends ZipEntry> entries = Collections.list(zip.entries());
            entries.forEach(entry -> requireInside(entry.getName()));
            for (ZipEntry entry : entries) {
                if (missing.remove(entry.getName())) {
                    unpack(zip, entry);
                }
            }
        } catch (ZipException | EOFException e) {
            throw damaged(e);
        } catch (IOException e) {
            throw TextFile.unreadable(file.path(), e);
        } catch (IllegalArgumentException e) { // a name that is no text
            throw damaged(e);
        }
    }

    private UsageException damaged(Exception e) {
        return new UsageException(
                "%s: it is damaged%s; fetch it anew."
                        .formatted(
                                file.path(),
                                e.getMessage() == null ? "" : " (" + e.getMessage() + ")"),
                e);
    }

    private void unpack(ZipFile zip, ZipEntry entry) throws IOException {
        String name = entry.getName();
        CRC32 crc = new CRC32();
        try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), crc)) {
            if (entry.getSize() > entry.getCompressedSize() * DataFile.MOST_EXPANSION) {
                throw wrong(name, "it claims more bytes than it can stand for");
            }
            write(name, in, entry.getSize());
            if (in.read() >= 0) {
                throw wrong(name, "it has more bytes than it claims");
            }
            if (crc.getValue() != entry.getCrc()) {
                throw wrong(
                        name,
                        "its CRC-32 is %08x, not %08x".formatted(crc.getValue(), entry.getCrc()));
            }
            keep(name);
        }
    }

    private UsageException wrong(String member, String what) {
        return new UsageException(
                "%s: member %s: %s; fetch the archive anew.".formatted(file.path(), member, what));
    }

    /// Refuses names of places outside the directory, on any operating system.
    private void requireInside(String name) {
        boolean leadsOut =
                name.startsWith("/")
                        || name.startsWith("\\")
                        || name.indexOf('\0') >= 0
                        || name.matches("[A-Za-z]:.*")
                        || List.of(name.split("[/\\\\]")).contains("..");
        if (leadsOut) {
            throw new UsageException(
                    "%s: member '%s' would be written outside the directory, so nothing is unpacked; it is not the published archive."
                            .formatted(file.path(), name));
        }
    }

    private Path part(String name) {
        return directory.resolve(name + ".part");
    }

    private void write(String name, InputStream in, long size) throws IOException {
        Path to = part(name);
        Path folder = to.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < size) {
                throw new UsageException(
                        "--data %s: %s needs %,d bytes, but only %,d are free; make room, or name another directory."
                                .formatted(directory, name, size, free));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ProgressBar bar = new ProgressBar(out, ProgressBar.isTerminal(), size);
        try (OutputStream file = Files.newOutputStream(to)) {
            byte[] piece = new byte[1 << 16];
            long done = 0;
            while (done < size) {
                int read = in.read(piece, 0, (int) Math.min(piece.length, size - done));
                if (read < 0) {
                    throw new EOFException(
                            "%s ends after %d of %d bytes".formatted(name, done, size));
                }
                file.write(piece, 0, read);
                done += read;
                long now = done;
                bar.show(
                        now,
                        rate ->
                                List.of(
                                        name,
                                        "%.0f/%.0f MB unpacked".formatted(now / 1e6, size / 1e6)));
            }
        } finally {
            bar.end();
        }
    }

    private void keep(String name) throws IOException {
        Files.move(
                part(name),
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void unpackTar() {
        requireInside(); // of all names, before anything is written
        try (InputStream in = opened()) {
            Tar tar = new Tar(in, file);
            for (Tar.Entry entry = tar.next(); entry != null; entry = tar.next()) {
                if (missing.remove(entry.name())) {
                    if (!entry.isFile()) {
                        throw wrong(entry.name(), "it is no file");
                    }
                    write(entry.name(), tar.content(), entry.size());
                    keep(entry.name());
                }
            }
        } catch (EOFException | ZipException e) {
            throw damaged(e);
        } catch (IOException e) {
            throw TextFile.unreadable(file.path(), e);
        }
    }

    private void requireInside() {
        try (InputStream in = opened()) {
            Tar tar = new Tar(in, file);
            for (Tar.Entry entry = tar.next(); entry != null; entry = tar.next()) {
                requireInside(entry.name());
            }
        } catch (EOFException | ZipException e) {
            throw damaged(e);
        } catch (IOException e) {
            throw TextFile.unreadable(file.path(), e);
        }
    }

    private InputStream opened() throws IOException {
        InputStream raw = file.open();
        try {
            return new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }
}
