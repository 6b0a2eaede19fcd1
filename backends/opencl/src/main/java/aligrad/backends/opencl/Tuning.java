package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Facts;
import aligrad.tensor.DType;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// What was tuned for a device and its driver, in a small file beside the compiled programs:
///
/// ```
/// aligrad sizes of products, format 1
/// Portable Computing Language; pthread-Xeon; driver 3.1; OpenCL 1.2 pocl
/// panels large: rows=8 across=2 bytes=64 terms=256 tiles=8; 281.4 GFLOP/s, shipped 275.0; 2026-12-01
/// crc32c 5a0bd1c3
/// ```
///
/// A file that is damaged, or of another device, format or kernel, is not used, and a warning says
/// so; to tune again replaces it. It is written under another name and renamed, so that whoever
/// reads it meanwhile meets a whole one.
final class Tuning {

    private static final String FORMAT = "aligrad sizes of products, format 1";
    private static final String CHECKSUM = "crc32c ";

    /// What was found for a class.
    ///
    /// @param speed of a product of the class, in GFLOP/s
    /// @param shippedSpeed of the same with the sizes that are shipped
    /// @param date when, such as `2026-12-01`
    record Entry(Sizes sizes, double speed, double shippedSpeed, String date) {}

    private final Path file;
    private final Facts facts;
    private final Map<Family, Map<ShapeClass, Entry>> entries = new EnumMap<>(Family.class);

    private Tuning(Path file, Facts facts) {
        this.file = file;
        this.facts = facts;
        for (Family family : Family.values()) {
            entries.put(family, new EnumMap<>(ShapeClass.class));
        }
    }

    /// What is known about a device.
    ///
    /// @param directory where files are; `null` for nowhere
    static Tuning of(Facts facts, @Nullable Path directory) {
        String device = device(facts);
        byte[] name = device.getBytes(StandardCharsets.UTF_8);
        Path file = Path.of("sizes-%08x.txt".formatted(checksum(name)));
        Tuning tuning = new Tuning(directory == null ? file : directory.resolve(file), facts);
        if (directory != null && Files.exists(tuning.file)) {
            String damage = tuning.read();
            if (damage != null) {
                tuning.entries.values().forEach(Map::clear);
                System.getLogger("aligrad")
                        .log(
                                System.Logger.Level.WARNING,
                                "%s is not used: %s; run './aligrad tune' to measure again, or delete it"
                                        .formatted(tuning.file, damage));
            }
        }
        return tuning;
    }

    private static String device(Facts facts) {
        return String.join(
                "; ",
                facts.platform(),
                facts.name(),
                "driver " + facts.driver(),
                facts.version(),
                facts.computeUnits() + " compute units");
    }

    /// Where it is kept.
    Path file() {
        return file;
    }

    /// What was found for a family of kernels.
    Map<ShapeClass, Entry> entries(Family family) {
        return Collections.unmodifiableMap(of(family));
    }

    private Map<ShapeClass, Entry> of(Family family) {
        Map<ShapeClass, Entry> found = entries.get(family);
        if (found == null) {
            throw new AssertionError(family);
        }
        return found;
    }

    /// Adds what was found for a class, and writes the file.
    ///
    /// @throws UncheckedIOException if it cannot be written
    void put(Family family, ShapeClass kind, Entry entry) {
        of(family).put(kind, entry);
        StringBuilder text = new StringBuilder();
        text.append(FORMAT).append('\n').append(device(facts)).append('\n');
        entries.forEach(
                (itsFamily, found) ->
                        found.forEach(
                                (itsKind, each) ->
                                        text.append(line(itsFamily, itsKind, each)).append('\n')));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        text.append(CHECKSUM).append(HexFormat.of().toHexDigits(checksum(body))).append('\n');
        try {
            Path parent = Files.createDirectories(file.toAbsolutePath().getParent());
            Path temporary = Files.createTempFile(parent, "new", ".tmp");
            try {
                Files.writeString(temporary, text);
                Files.move(
                        temporary,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("write what was tuned to " + file, e);
        }
    }

    private static String line(Family family, ShapeClass kind, Entry entry) {
        return "%s %s: %s; %.1f GFLOP/s, shipped %.1f; %s"
                .formatted(
                        family.label(),
                        kind.label(),
                        entry.sizes.text(),
                        entry.speed,
                        entry.shippedSpeed,
                        entry.date);
    }

    /// Reads the file; says what is wrong with it, `null` if nothing is.
    private @Nullable String read() {
        try {
            String text = Files.readString(file);
            int end = text.lastIndexOf('\n', text.length() - 2) + 1;
            byte[] body = text.substring(0, end).getBytes(StandardCharsets.UTF_8);
            if (!text.substring(end)
                    .equals(CHECKSUM + HexFormat.of().toHexDigits(checksum(body)) + '\n')) {
                return "it is damaged or was edited, as its checksum says";
            }
            List<String> lines = text.lines().toList();
            if (!lines.getFirst().equals(FORMAT)) {
                return "it is no '%s'".formatted(FORMAT);
            }
            if (!lines.get(1).equals(device(facts))) {
                return "it is of another device, '%s'".formatted(lines.get(1));
            }
            for (String line : lines.subList(2, lines.size() - 1)) {
                parse(line);
            }
            return null;
        } catch (IOException e) {
            return e.toString();
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void parse(String line) {
        String[] parts = line.split("[:;] |, shipped | GFLOP/s", -1);
        String[] name = parts[0].split(" ", -1);
        if (parts.length != 6 || name.length != 2) {
            throw new IllegalArgumentException("it cannot be read: '%s'".formatted(line));
        }
        Family family =
                named(Arrays.stream(Family.values()).filter(f -> f.label().equals(name[0])), line);
        ShapeClass kind =
                named(family.classes().stream().filter(k -> k.label().equals(name[1])), line);
        Sizes sizes = family.sizes(parts[1]);
        String obstacle = sizes.obstacle(facts, DType.F32);
        if (obstacle != null) {
            throw new IllegalArgumentException("'%s': %s".formatted(line, obstacle));
        }
        of(family)
                .put(
                        kind,
                        new Entry(
                                sizes,
                                Double.parseDouble(parts[2]),
                                Double.parseDouble(parts[4]),
                                parts[5]));
    }

    private static <T> T named(Stream<T> matching, String line) {
        return matching.findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there are no such kernels: '%s'".formatted(line)));
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
