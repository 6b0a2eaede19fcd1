package aligrad.experiments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Small tar archives, for tests.
final class TarFiles {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// @param type `0` for a file
    static byte[] header(String name, char type, long size) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, "%011o\0".formatted(size));
        put(header, 136, "00000000000\0");
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        return summed(header);
    }

    static byte[] summed(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        return header;
    }

    static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, Math.min(bytes.length, 512 - at));
    }

    TarFiles add(byte[] header, byte[] content) {
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    TarFiles add(String name, char type, byte[] content) {
        return add(header(name, type, content.length), content);
    }

    byte[] plain() {
        byte[] entries = out.toByteArray();
        return Arrays.copyOf(entries, entries.length + 1024);
    }

    byte[] gzipped() throws IOException {
        return IdxFileTest.gzip(plain());
    }
}
