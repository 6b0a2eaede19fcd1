package aligrad.experiments;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

import java.nio.file.Path;

/// MNIST, or a set in its format such as Fashion-MNIST: grey images of 28 by 28 pixels in ten
/// classes.
///
/// @param images `U8 (N, 28, 28)`
/// @param labels `I64 (N)`, 0 to 9
record MnistData(Tensor images, Tensor labels) {

    static final int SIDE = 28;
    static final int CLASSES = 10;

    /// Where Debian's package `dataset-fashion-mnist` puts Fashion-MNIST.
    static final Path FASHION = Path.of("/usr/share/datasets/fashion-mnist");

    /// Reads `train-images-idx3-ubyte` and its labels (or `t10k-…`) from a directory, plain or with
    /// `.gz`.
    static MnistData read(Path directory, String prefix) {
        DataFolder folder = new DataFolder(directory);
        Path imageFile = find(folder, prefix + "-images-idx3-ubyte");
        Path labelFile = find(folder, prefix + "-labels-idx1-ubyte");
        Tensor images = IdxFile.read(imageFile, 3);
        Tensor labels = IdxFile.read(labelFile, 1);
        if (images.extent(1) != SIDE || images.extent(2) != SIDE || images.extent(0) == 0) {
            throw new UsageException(
                    "%s: its images are %s, not (N, %d, %d) with N above 0."
                            .formatted(imageFile, images.shape(), SIDE, SIDE));
        }
        if (images.extent(0) != labels.extent(0)) {
            throw new UsageException(
                    "%s has %s, but %s has %s."
                            .formatted(
                                    imageFile,
                                    Count.of(images.extent(0), "image"),
                                    labelFile,
                                    Count.of(labels.extent(0), "label")));
        }
        Tensor whole = labels.to(DType.I64);
        if (whole.max().item() >= CLASSES) {
            throw new UsageException(
                    "%s: label %d, but labels must be 0 to %d."
                            .formatted(labelFile, (long) whole.max().item(), CLASSES - 1));
        }
        return new MnistData(images, Tensor.of(whole.toLongArray()));
    }

    private static Path find(DataFolder folder, String name) {
        return folder.require(
                "MNIST's four files belong there, or those of a set in its format (Debian's"
                        + " package dataset-fashion-mnist puts Fashion-MNIST in "
                        + FASHION
                        + ")",
                name,
                name + ".gz");
    }

    int size() {
        return labels.extent(0);
    }

    /// The images at these places as `F32 (B, 28, 28, 1)` in [0, 1].
    Tensor pixels(Tensor indices) {
        return images.gather(0, indices).to(DType.F32).mul(1 / 255.0).unsqueeze(3);
    }

    Tensor classes(Tensor indices) {
        return labels.gather(0, indices);
    }
}
