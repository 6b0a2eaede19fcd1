package aligrad.experiments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads SVHN, colour images of the digits of house numbers, from its MATLAB files of format 2.
///
/// A file has `X`, bytes of 32 rows by 32 columns by 3 channels by N images in MATLAB's order, and
/// `y`, the N classes from 1 to 10, where 10 stands for the digit 0.
///
/// How many there are, the files say: the published ones hold 73,257 for training, 531,131 easier
/// ones beside them, and 26,032 for the test; a part of them in the same form will do.
///
/// Source: Netzer, Wang, Coates, Bissacco, Wu, Ng, *Reading Digits in Natural Images with
/// Unsupervised Feature Learning*, 2011.
final class SvhnData {

    static final int CLASSES = 10;

    static final String TRAIN = "train_32x32.mat";
    static final String EXTRA = "extra_32x32.mat";
    static final String TEST = "test_32x32.mat";

    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final ImageData.Form FORM = new ImageData.Form(SIDE, Normalization.UNIT, false);

    /// Of the published images for training, and how many of those are for validation.
    private static final long TRAINING = 73_257;

    private static final long VALIDATION = 6_000;
    private static final int EVALUATION_BATCH = 1000;

    private SvhnData() {}

    /// Everything with the split of the ALI-G paper; which images are for validation depends on
    /// their number alone ([IndexSplit]).
    ///
    /// @param extra whether those of `extra_32x32.mat` are for training as well
    /// @throws UsageException if a file is missing or damaged, with its name, place and the reason,
    ///   or if there are fewer than two images for training
    static ImageTask task(Path directory, boolean extra) {
        DataFolder folder = new DataFolder(directory);
        String rule =
                "the files of SVHN, format 2, belong there"
                        + (extra ? "; or do without extra_32x32.mat with --extra no" : "");
        List<Part> parts = new ArrayList<>();
        parts.add(Part.open(folder.require(rule, TRAIN)));
        if (extra) {
            parts.add(Part.open(folder.require(rule, EXTRA)));
        }
        Part test = Part.open(folder.require(rule, TEST));
        int mixed = parts.getFirst().size();
        if (mixed < 2) {
            throw new UsageException(
                    "--data %s: there is only one image for training in %s, and one is needed for validation."
                            .formatted(directory, TRAIN));
        }
        int held = (int) Math.max(1, mixed * VALIDATION / TRAINING);
        List<int[]> split = IndexSplit.of(mixed, mixed - held, held);
        ImageData train = read(parts);
        int[] training = new int[train.size() - held];
        System.arraycopy(split.get(0), 0, training, 0, mixed - held);
        for (int i = mixed - held; i < training.length; i++) {
            training[i] = held + i; // those of the other file
        }
        return new ImageTask(
                "svhn",
                CLASSES,
                train,
                training,
                split.get(1),
                read(List.of(test)),
                EVALUATION_BATCH,
                ImageScoring.crossEntropy(false));
    }

    /// How many images a file has; their classes are read, and checked, too.
    ///
    /// @throws UsageException as [#task]
    static long count(Path path) {
        return Part.open(path).size();
    }

    /// One file: where its images are, and their classes.
    ///
    /// @param labels 0 to 9
    private record Part(MatFile file, MatFile.Array pixels, byte[] labels) {

        static Part open(Path path) {
            MatFile file = MatFile.open(path);
            MatFile.Array x = file.array("X");
            List<Integer> extents = x.extents();
            boolean one = extents.size() == 3; // MATLAB drops a last extent of 1
            if (!extents.subList(0, Math.min(3, extents.size())).equals(List.of(SIDE, SIDE, 3))
                    || extents.size() > 4
                    || !x.isBytes()) {
                throw file.wrong(
                        x,
                        "X is %s, not bytes of 32 by 32 by 3 by N images"
                                .formatted(x.description()));
            }
            int count = one ? 1 : extents.get(3);
            MatFile.Array y = file.array("y");
            if (y.size() != count) {
                throw file.wrong(
                        y,
                        "y has %s, but X has %s"
                                .formatted(Count.of(y.size(), "label"), Count.of(count, "image")));
            }
            if (count == 0) {
                throw file.wrong(x, "X has no image");
            }
            double[] values = file.numbers(y);
            byte[] labels = new byte[count];
            for (int i = 0; i < count; i++) {
                double value = values[i];
                if (value != Math.rint(value) || value < 1 || value > CLASSES) {
                    throw file.wrong(
                            y,
                            "label %d of y is %s, but labels are 1 to 10"
                                    .formatted(i, text(value)));
                }
                labels[i] = (byte) (value % CLASSES);
            }
            return new Part(file, x, labels);
        }

        private static String text(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? String.valueOf((long) value)
                    : String.valueOf(value);
        }

        int size() {
            return labels.length;
        }
    }

    private static ImageData read(List<Part> parts) {
        long images = parts.stream().mapToLong(Part::size).sum();
        if (images > Integer.MAX_VALUE) {
            throw new UsageException(
                    "%s: with it there are %d images; %d is the most."
                            .formatted(parts.getLast().file.path(), images, Integer.MAX_VALUE));
        }
        try (Images source = new Images(parts)) {
            return ImageData.read((int) images, FORM, source);
        } catch (IOException e) {
            throw TextFile.unreadable(parts.getFirst().file.path(), e);
        }
    }

    /// The images of some files one after the other.
    private static final class Images implements ImageData.Source, AutoCloseable {
        private final List<Part> parts;
        private final byte[] columns = new byte[FORM.bytes()];
        private InputStream in = InputStream.nullInputStream();
        private int part = -1;
        private int done;

        Images(List<Part> parts) {
            this.parts = parts;
        }

        @Override
        public int next(byte[] image) throws IOException {
            if (part < 0 || done == parts.get(part).size()) {
                close();
                part++;
                done = 0;
                in = parts.get(part).file.elements(parts.get(part).pixels);
            }
            in.readNBytes(columns, 0, columns.length);
            putRowsFirst(image);
            int label = parts.get(part).labels[done++];
            if (done == parts.get(part).size()) {
                in.read(); // the end: what is behind is checked as well
            }
            return label;
        }

        /// In MATLAB's order a plane of a channel is columns of rows.
        private void putRowsFirst(byte[] image) {
            int to = 0;
            for (int row = 0; row < SIDE; row++) {
                for (int column = 0; column < SIDE; column++) {
                    for (int c = 0; c < ImageSet.CHANNELS; c++) {
                        image[to++] = columns[c * PLANE + column * SIDE + row];
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
