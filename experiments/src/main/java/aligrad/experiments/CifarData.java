package aligrad.experiments;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads images and classes of CIFAR-10 or CIFAR-100 in binary form.
///
/// How many there are, the files say: the published ones hold 50,000 and 10,000, and a part of them
/// in the same form will do.
final class CifarData {

    /// One image for training in this many, as 5,000 of 50,000, is for validation.
    private static final int VALIDATION = 10;

    private static final int EVALUATION_BATCH = 128;

    private static final int PLANE = CifarFormat.SIDE * CifarFormat.SIDE;

    private final CifarFormat format;
    private final List<DataFile> files;
    private final byte[] record;
    private int current;
    private long done;
    private InputStream in = InputStream.nullInputStream();

    private CifarData(CifarFormat format, List<DataFile> files) {
        this.format = format;
        this.files = files;
        record = new byte[format.recordBytes()];
    }

    /// Both sets with the split of the ALI-G paper; which images are for validation depends on
    /// their number alone ([IndexSplit]).
    ///
    /// @throws UsageException if there are fewer than two images for training, or as for
    ///   [#readTraining]
    static ImageTask task(Path directory, CifarFormat format) {
        ImageData train = readTraining(directory, format);
        if (train.size() < 2) {
            throw new UsageException(
                    "--data %s: there is only one image for training, and one is needed for validation."
                            .formatted(directory));
        }
        int held = Math.max(1, train.size() / VALIDATION);
        List<int[]> split = IndexSplit.of(train.size(), train.size() - held, held);
        return new ImageTask(
                format.command(),
                format.classes(),
                train,
                split.get(0),
                split.get(1),
                readTest(directory, format),
                EVALUATION_BATCH,
                ImageScoring.crossEntropy(true));
    }

    /// The images for training: those of `data_batch_1.bin` and of as many of the other four as
    /// follow without a gap, or of `train.bin`.
    ///
    /// @param directory holds the files, or the folder that the published archive unpacks to
    /// @throws UsageException if a file is missing or damaged, with its name, place and the reason
    static ImageData readTraining(Path directory, CifarFormat format) {
        DataFolder folder = new DataFolder(directory).unpacked(format.folder());
        List<DataFile> files = new ArrayList<>();
        files.add(require(folder, format.trainingFiles().getFirst(), format));
        String missing = null;
        for (String name : format.trainingFiles().subList(1, format.trainingFiles().size())) {
            if (!folder.has(name)) {
                missing = missing == null ? name : missing;
            } else if (missing != null) {
                throw new UsageException(
                        "--data %s: %s is there, but %s is not; training files must follow each other without a gap."
                                .formatted(directory, name, missing));
            } else {
                files.add(require(folder, name, format));
            }
        }
        return new CifarData(format, files).read();
    }

    /// The images for the test: those of `test_batch.bin` or `test.bin`.
    ///
    /// @param directory as for [#readTraining]
    /// @throws UsageException as [#readTraining]
    static ImageData readTest(Path directory, CifarFormat format) {
        DataFolder folder = new DataFolder(directory).unpacked(format.folder());
        return new CifarData(format, List.of(require(folder, format.testFile(), format))).read();
    }

    private static DataFile require(DataFolder folder, String name, CifarFormat format) {
        String rule =
                "the files of %s in binary form belong there, or the folder %s with them"
                        .formatted(format.title(), format.folder());
        return new DataFile(
                folder.require(rule, name), "file of %s in binary form".formatted(format.title()));
    }

    private ImageData read() {
        long images = 0;
        for (DataFile file : files) {
            images += count(file);
            if (images > Integer.MAX_VALUE) {
                throw new UsageException(
                        "%s: with it there are %d images; %d is the most."
                                .formatted(file.path(), images, Integer.MAX_VALUE));
            }
        }
        ImageData.Form form = new ImageData.Form(CifarFormat.SIDE, Normalization.CIFAR, true);
        try {
            in = new BufferedInputStream(files.getFirst().open(), 1 << 20);
            return ImageData.read((int) images, form, this::next);
        } catch (IOException e) {
            throw TextFile.unreadable(files.get(current).path(), e);
        } finally {
            close();
        }
    }

    private void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw TextFile.unreadable(files.get(current).path(), e);
        }
    }

    private long count(DataFile file) {
        long bytes = file.size();
        if (bytes == 0) {
            throw file.damaged(0, "it is empty");
        }
        if (bytes % record.length != 0) {
            throw cut(file, bytes);
        }
        return bytes / record.length;
    }

    private int next(byte[] image) throws IOException {
        int got = in.readNBytes(record, 0, record.length);
        if (got == 0 && current + 1 < files.size()) {
            close();
            current++;
            done = 0;
            in = new BufferedInputStream(files.get(current).open(), 1 << 20);
            got = in.readNBytes(record, 0, record.length);
        }
        DataFile file = files.get(current);
        if (got < record.length) { // it was whole when it was counted
            throw cut(file, done * record.length + got);
        }
        for (int place = 0; place < format.labelBytes(); place++) {
            int label = record[place] & 0xff;
            if (label >= format.labelValues(place)) {
                throw file.damaged(
                        done * record.length + place,
                        "the label of image %d is %d, but it must be 0 to %d"
                                .formatted(done, label, format.labelValues(place) - 1));
            }
        }
        done++;
        putChannelsLast(image);
        return record[format.labelBytes() - 1];
    }

    private void putChannelsLast(byte[] image) {
        int to = 0;
        for (int place = 0; place < PLANE; place++) {
            for (int c = 0; c < ImageSet.CHANNELS; c++) {
                image[to++] = record[format.labelBytes() + c * PLANE + place];
            }
        }
    }

    private UsageException cut(DataFile file, long bytes) {
        return file.damaged(
                bytes,
                "it ends after %d of the %d bytes of image %d"
                        .formatted(bytes % record.length, record.length, bytes / record.length));
    }
}
