package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class ArchiveTest {

    private static final byte[] CONTENT =
            "0123456789".repeat(100).getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER = "other".getBytes(StandardCharsets.US_ASCII);

    @TempDir private Path folder = Path.of("");

    private static byte[] zip(Object... namesAndContents) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) namesAndContents[i]));
                zip.write((byte[]) namesAndContents[i + 1]);
            }
        }
        return bytes.toByteArray();
    }

    private void unpack(String name, byte[] archive, String... members) throws IOException {
        Path file = Files.write(folder.resolve(name), archive);
        PrintStream out = new PrintStream(OutputStream.nullOutputStream());
        Archive.unpack(file, folder.resolve("to"), List.of(members), out);
    }

    private List<String> unpacked() throws IOException {
        Path to = folder.resolve("to");
        if (!Files.exists(to)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(to)) {
            return all.filter(Files::isRegularFile)
                    .map(path -> to.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    private void refuses(String name, byte[] archive, String part) {
        assertThatThrownBy(() -> unpack(name, archive, "set/a"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(folder.resolve(name).toString())
                .hasMessageContaining(part);
    }

    @Test
    void unpacksTheMembersThatAreWanted() throws IOException {
        byte[] tar =
                new TarFiles()
                        .add("set/", '5', new byte[0])
                        .add("set/a", '0', CONTENT)
                        .add("set/link", '2', new byte[0])
                        .add("set/b", '\0', OTHER)
                        .add("set/c", '0', OTHER)
                        .gzipped();
        unpack("x.tar.gz", tar, "set/a", "set/b");
        assertThat(unpacked()).containsExactly("set/a", "set/b");
        assertThat(folder.resolve("to/set/a")).hasBinaryContent(CONTENT);
        assertThat(folder.resolve("to/set/b")).hasBinaryContent(OTHER);
        Files.writeString(folder.resolve("to/set/b"), "old");
        unpack("x.zip", zip("set/", new byte[0], "set/b", CONTENT, "__MACOSX/b", OTHER), "set/b");
        assertThat(unpacked()).containsExactly("set/a", "set/b");
        assertThat(folder.resolve("to/set/b")).hasBinaryContent(CONTENT);
    }

    /// 120 characters: as prefix and name, as GNU's and as pax's own entries.
    @Test
    void readsLongNamesOfEveryKind() throws IOException {
        String directory = "d".repeat(60);
        String name = directory + "/" + "n".repeat(59);
        byte[] prefixed = TarFiles.header("n".repeat(59), '0', CONTENT.length);
        TarFiles.put(prefixed, 345, directory);
        unpack("a.tar.gz", new TarFiles().add(TarFiles.summed(prefixed), CONTENT).gzipped(), name);
        assertThat(folder.resolve("to").resolve(name)).hasBinaryContent(CONTENT);
        byte[] gnu = (name + "x\0").getBytes(StandardCharsets.UTF_8);
        unpack(
                "b.tar.gz",
                new TarFiles()
                        .add("././@LongLink", 'L', gnu)
                        .add(name.substring(0, 99), '0', OTHER)
                        .gzipped(),
                name + "x");
        assertThat(folder.resolve("to").resolve(name + "x")).hasBinaryContent(OTHER);
        String record = "130 path=" + name + "\n"; // 4 + 5 + 120 + 1
        unpack(
                "c.tar.gz",
                new TarFiles()
                        .add("pax_global_header", 'g', "16 comment=hello\n".getBytes())
                        .add("x", 'x', ("12 mtime=12\n" + record).getBytes())
                        .add("short", '0', OTHER)
                        .gzipped(),
                name);
        assertThat(folder.resolve("to").resolve(name)).hasBinaryContent(OTHER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "set/../../evil",
                "/tmp/evil",
                "set/..",
                "..\\evil",
                "set\\..\\..\\evil",
                "\\evil",
                "C:\\evil",
                "c:evil"
            })
    void namesThatLeadOutAreRefusedBeforeAnythingIsWritten(String evil) throws IOException {
        refuses(
                "x.zip",
                zip("set/a", CONTENT, evil, OTHER),
                "member '" + evil + "' would be written outside the directory");
        byte[] tar = new TarFiles().add("set/a", '0', CONTENT).add(evil, '0', OTHER).gzipped();
        refuses("x.tar.gz", tar, "member '" + evil + "' would be written outside the directory");
        assertThat(unpacked()).isEmpty();
    }

    /// A wanted member that is a link would be written through later.
    @Test
    void aLinkIsNoMember() throws IOException {
        byte[] link = TarFiles.header("set/a", '2', 0);
        TarFiles.put(link, 157, "/etc/passwd");
        byte[] tar = new TarFiles().add(TarFiles.summed(link), new byte[0]).gzipped();
        refuses("x.tar.gz", tar, "member set/a: it is no file");
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        refuses("x.zip", zip("set/b", OTHER), "it has no member set/a");
        refuses("x.tar.gz", new TarFiles().add("b", '0', OTHER).gzipped(), "no member set/a");
        refuses("x.tar.gz", IdxFileTest.gzip(new byte[0]), "it has no member set/a");
    }

    @Test
    void namesADamagedTar() throws IOException {
        byte[] sound = new TarFiles().add("set/a", '0', CONTENT).plain();
        refuses("x.tar.gz", new byte[0], "it is damaged");
        refuses("x.tar.gz", "<html>".getBytes(), "it is damaged (Not in GZIP format)");
        byte[] packed = IdxFileTest.gzip(sound);
        refuses("x.tar.gz", Arrays.copyOf(packed, packed.length / 2), "it is damaged");
        refuses("x.tar.gz", IdxFileTest.gzip(Arrays.copyOf(sound, 700)), "it is damaged");
        refuses("x.tar.gz", IdxFileTest.gzip(Arrays.copyOf(sound, 200)), "within a header");
        byte[] name = sound.clone();
        name[0] = 'x';
        refuses("x.tar.gz", IdxFileTest.gzip(name), ", byte 0: a header has not its checksum");
        byte[] octal = TarFiles.header("set/a", '0', 5);
        TarFiles.put(octal, 124, "9");
        refuses(
                "x.tar.gz",
                new TarFiles().add(TarFiles.summed(octal), OTHER).gzipped(),
                "no octal number in byte 124");
        byte[] huge = new TarFiles().add(TarFiles.header("set/a", '0', 1L << 32), OTHER).gzipped();
        refuses("x.tar.gz", huge, "an entry claims 4294967296 bytes, more than the archive");
        byte[] longName = new TarFiles().add("x", 'L', new byte[70_000]).gzipped();
        refuses("x.tar.gz", longName, "a name claims 70000 bytes");
        byte[] pax = new TarFiles().add("x", 'x', "99 path=a\n".getBytes()).gzipped();
        refuses("x.tar.gz", pax, "a record claims '99' bytes");
        assertThat(unpacked()).doesNotContain("set/a");
    }

    @Test
    void namesADamagedZip() throws IOException {
        byte[] sound = zip("set/a", CONTENT);
        refuses("x.zip", new byte[0], "it is damaged");
        refuses("x.zip", "<html>".getBytes(), "it is damaged");
        refuses("x.zip", Arrays.copyOf(sound, sound.length - 30), "it is damaged");
        int central = find(sound, "PK\u0001\u0002");
        byte[] crc = sound.clone();
        crc[central + 16]++;
        refuses("x.zip", crc, "member set/a: its CRC-32 is ");
        byte[] huge = sound.clone();
        ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(central + 24, 1 << 30);
        refuses("x.zip", huge, "member set/a: it claims more bytes than it can stand for");
        byte[] fewer = sound.clone();
        ByteBuffer.wrap(fewer).order(ByteOrder.LITTLE_ENDIAN).putInt(central + 24, 999);
        refuses("x.zip", fewer, "member set/a: it has more bytes than it claims");
        byte[] more = sound.clone();
        ByteBuffer.wrap(more).order(ByteOrder.LITTLE_ENDIAN).putInt(central + 24, 1001);
        refuses("x.zip", more, "set/a ends after 1000 of 1001 bytes");
        assertThat(unpacked()).doesNotContain("set/a");
    }

    private static int find(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    @Test
    void anyDamageIsAUsageExceptionOrTheMember() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        byte[][] sound = {
            zip("set/a", CONTENT, "set/b", OTHER),
            new TarFiles().add("set/a", '0', CONTENT).add("set/b", '0', OTHER).plain()
        };
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            byte[] bytes = sound[i % 2].clone();
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                boolean isZip = i % 2 == 0;
                unpack(
                        isZip ? "x.zip" : "x.tar.gz",
                        isZip ? bytes : IdxFileTest.gzip(bytes),
                        "set/a");
                assertThat(folder.resolve("to/set/a")).hasSize(1000);
            } catch (UsageException e) {
                assertThat(e).hasMessageContaining(folder.toString());
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 599);
    }
}
