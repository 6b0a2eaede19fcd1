package aligrad.experiments;

import aligrad.tensor.Random;

import org.jspecify.annotations.Nullable;

/// Colour images and their classes, of which batches are made. Any thread may read any image.
interface ImageSet {

    /// Red, green and blue.
    int CHANNELS = 3;

    int size();

    /// Rows of each image, as [#write] writes it.
    int height();

    /// Columns of each image, as [#write] writes it.
    int width();

    /// How its pixels become numbers.
    Normalization normalization();

    /// The class of the image at this place.
    int label(int image);

    /// Writes an image's pixels as `(height, width, 3)` from `to[at]` on.
    ///
    /// @param augmentation the stream of the epoch, of which the augmentation of an image is a
    ///   function, whatever was drawn before; `null` for evaluation, which augments nothing
    void write(int image, @Nullable Random augmentation, byte[] to, int at);

    /// The CRC-32 of what tells this set from another one.
    long checksum();
}
