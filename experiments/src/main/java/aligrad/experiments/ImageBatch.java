package aligrad.experiments;

import aligrad.tensor.Tensor;

import java.util.function.IntFunction;

/// Images and their classes, made by any thread; the tensors are made where they are asked for.
final class ImageBatch {

    private final float[] pixels;
    private final long[] classes;

    private ImageBatch(int size) {
        pixels = new float[size * CifarFormat.PIXELS];
        classes = new long[size];
    }

    /// The images at these places, each with its augmentation.
    static ImageBatch of(CifarData data, int[] places, IntFunction<Augmentation> augmentation) {
        ImageBatch batch = new ImageBatch(places.length);
        for (int i = 0; i < places.length; i++) {
            int image = places[i];
            augmentation.apply(image).write(data, image, batch.pixels, i * CifarFormat.PIXELS);
            batch.classes[i] = data.label(image);
        }
        return batch;
    }

    int size() {
        return classes.length;
    }

    /// `F32 (B, 32, 32, 3)`.
    Tensor images() {
        return Tensor.of(pixels, size(), CifarFormat.SIDE, CifarFormat.SIDE, CifarFormat.CHANNELS);
    }

    /// `I64 (B)`.
    Tensor labels() {
        return Tensor.of(classes, size());
    }
}
