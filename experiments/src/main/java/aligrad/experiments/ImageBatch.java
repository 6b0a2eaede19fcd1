package aligrad.experiments;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/// Images and their classes, made by any thread; the tensors are made where they are asked for.
final class ImageBatch {

    private final ImageSet set;
    private final byte[] pixels;
    private final long[] classes;

    private ImageBatch(ImageSet set, int size) {
        this.set = set;
        pixels = new byte[Math.multiplyExact(size, set.height() * set.width() * ImageSet.CHANNELS)];
        classes = new long[size];
    }

    /// The images at these places.
    ///
    /// @param augmentation the stream of the epoch; `null` for evaluation
    static ImageBatch of(ImageSet set, int[] places, @Nullable Random augmentation) {
        ImageBatch batch = new ImageBatch(set, places.length);
        int bytes = set.height() * set.width() * ImageSet.CHANNELS;
        for (int i = 0; i < places.length; i++) {
            set.write(places[i], augmentation, batch.pixels, i * bytes);
            batch.classes[i] = set.label(places[i]);
        }
        return batch;
    }

    int size() {
        return classes.length;
    }

    /// `F32 (B, H, W, 3)`, normalized.
    Tensor images() {
        return set.normalization()
                .apply(
                        Tensor.of(
                                MemorySegment.ofArray(pixels),
                                DType.U8,
                                Shape.of(size(), set.height(), set.width(), ImageSet.CHANNELS)));
    }

    /// `I64 (B)`.
    Tensor labels() {
        return Tensor.of(classes, size());
    }
}
