package aligrad.experiments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// Small files in the form of CIFAR's, for tests.
final class CifarFiles {

    static final int RECORD = 3073;

    private CifarFiles() {}

    /// Records of CIFAR-10 with these labels. The byte at `p` of image `i` is `p + 7·i`, modulo
    /// 256.
    static byte[] counted(int... labels) {
        byte[] bytes = new byte[labels.length * RECORD];
        for (int i = 0; i < labels.length; i++) {
            bytes[i * RECORD] = (byte) labels[i];
            for (int p = 0; p < RECORD - 1; p++) {
                bytes[i * RECORD + 1 + p] = (byte) (p + 7 * i);
            }
        }
        return bytes;
    }

    /// Records of two classes that are easy to tell apart: 0 is dark, 1 is bright.
    static byte[] darkAndBright(int count) {
        SplittableRandom random = new SplittableRandom(count);
        byte[] bytes = new byte[count * RECORD];
        for (int i = 0; i < count; i++) {
            int label = random.nextInt(2);
            bytes[i * RECORD] = (byte) label;
            for (int p = 1; p < RECORD; p++) {
                bytes[i * RECORD + p] = (byte) (150 * label + random.nextInt(100));
            }
        }
        return bytes;
    }

    /// Both files of a small CIFAR-10 of dark and bright images.
    static void write(Path folder, int training, int test) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("data_batch_1.bin"), darkAndBright(training));
        Files.write(folder.resolve("test_batch.bin"), darkAndBright(test));
    }
}
