package aligrad.experiments;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/// Images and classes of CIFAR-10 or CIFAR-100, as they lie in the files but for the order of the
/// bytes: channels last.
///
/// How many there are, the files say: the published ones hold 50,000 and 10,000, and a part of them
/// in the same form will do.
final class CifarData {

    private static final int PLANE = CifarFormat.SIDE * CifarFormat.SIDE;

    /// What an array of bytes can hold.
    private static final long MOST_IMAGES = Integer.MAX_VALUE / CifarFormat.PIXELS;

    private final CifarFormat format;
    private final byte[] pixels;
    private final byte[] classes;
    private final CRC32 checksum = new CRC32();
    private int size;

    private CifarData(CifarFormat format, int images) {
        this.format = format;
        this.pixels = new byte[images * CifarFormat.PIXELS];
        this.classes = new byte[images];
    }

    /// The images for training: those of `data_batch_1.bin` and of as many of the other four as
    /// follow without a gap, or of `train.bin`.
    ///
    /// @param directory holds the files, or the folder that the published archive unpacks to
    /// @throws UsageException if a file is missing or damaged, with its name, place and the reason
    static CifarData readTraining(Path directory, CifarFormat format) {
        Path folder = folder(directory, format);
        List<Path> files = new ArrayList<>();
        String missing = null;
        for (String name : format.trainingFiles()) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                missing = missing == null ? name : missing;
            } else if (missing != null) {
                throw new UsageException(
                        "--data %s: %s is there, but %s is not; training files must follow each other without a gap."
                                .formatted(directory, name, missing));
            } else {
                files.add(file);
            }
        }
        return files.isEmpty()
                ? read(format, List.of(require(folder, format.trainingFiles().getFirst(), format)))
                : read(format, files);
    }

    /// The images for the test: those of `test_batch.bin` or `test.bin`.
    ///
    /// @param directory as for [#readTraining]
    /// @throws UsageException as [#readTraining]
    static CifarData readTest(Path directory, CifarFormat format) {
        Path folder = folder(directory, format);
        return read(format, List.of(require(folder, format.testFile(), format)));
    }

    private static Path folder(Path directory, CifarFormat format) {
        if (!Files.isDirectory(directory)) {
            throw new UsageException("--data %s: there is no such directory.".formatted(directory));
        }
        Path unpacked = directory.resolve(format.folder());
        return Files.isDirectory(unpacked) ? unpacked : directory;
    }

    private static Path require(Path folder, String name, CifarFormat format) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new UsageException(
                    "--data %s: it has no file %s; the files of %s in binary form belong there, or the folder %s with them."
                            .formatted(folder, name, format.title(), format.folder()));
        }
        return file;
    }

    private static CifarData read(CifarFormat format, List<Path> files) {
        try {
            long images = 0;
            for (Path file : files) {
                images += count(file, format);
                if (images > MOST_IMAGES) {
                    throw new UsageException(
                            "%s: with it there are %d images; %d is the most."
                                    .formatted(file, images, MOST_IMAGES));
                }
            }
            CifarData data = new CifarData(format, (int) images);
            for (Path file : files) {
                data.add(file);
            }
            return data;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long count(Path file, CifarFormat format) throws IOException {
        long bytes = Files.size(file);
        int record = format.recordBytes();
        if (bytes == 0) {
            throw damaged(file, format, 0, "it is empty");
        }
        if (bytes % record != 0) {
            throw cut(file, format, bytes);
        }
        return bytes / record;
    }

    private void add(Path file) throws IOException {
        int record = format.recordBytes();
        long images = Files.size(file) / record;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            for (long i = 0; i < images; i++) {
                byte[] bytes = in.readNBytes(record);
                if (bytes.length < record) { // it was whole when it was counted
                    throw cut(file, format, i * record + bytes.length);
                }
                for (int place = 0; place < format.labelBytes(); place++) {
                    int label = bytes[place] & 0xff;
                    if (label >= format.labelValues(place)) {
                        throw damaged(
                                file,
                                format,
                                i * record + place,
                                "the label of image %d is %d, but it must be 0 to %d"
                                        .formatted(i, label, format.labelValues(place) - 1));
                    }
                }
                checksum.update(bytes);
                add(bytes);
            }
        }
    }

    /// Planes of channels become pixels of channels.
    private void add(byte[] record) {
        int labels = format.labelBytes();
        classes[size] = record[labels - 1];
        int to = size * CifarFormat.PIXELS;
        for (int place = 0; place < PLANE; place++) {
            for (int c = 0; c < CifarFormat.CHANNELS; c++) {
                pixels[to++] = record[labels + c * PLANE + place];
            }
        }
        size++;
    }

    private static UsageException cut(Path file, CifarFormat format, long bytes) {
        int record = format.recordBytes();
        return damaged(
                file,
                format,
                bytes,
                "it ends after %d of the %d bytes of image %d"
                        .formatted(bytes % record, record, bytes / record));
    }

    private static UsageException damaged(Path file, CifarFormat format, long at, String what) {
        return new UsageException(
                "%s, byte %d: %s; it is no such file of %s in binary form."
                        .formatted(file, at, what, format.title()));
    }

    int size() {
        return size;
    }

    CifarFormat format() {
        return format;
    }

    /// The CRC-32 of all bytes in the order in which they were read.
    long checksum() {
        return checksum.getValue();
    }

    /// The class of the image at this place.
    int label(int image) {
        return classes[image];
    }

    /// A number of an image, 0 to 255.
    int pixel(int image, int row, int column, int channel) {
        int place = row * CifarFormat.SIDE + column;
        return pixels[image * CifarFormat.PIXELS + place * CifarFormat.CHANNELS + channel] & 0xff;
    }
}
