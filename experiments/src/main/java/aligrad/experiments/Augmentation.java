package aligrad.experiments;

import aligrad.tensor.Random;

/// How an image becomes numbers: normalized, and in training moved and mirrored first.
///
/// Normalized is `(pixel - mean) / deviation` by channel, with the statistics of CIFAR-10 that both
/// CIFAR sets use. Moved is a crop of 32 by 32 at a random place of the image with four black
/// pixels around it; it is mirrored with probability 1/2.
///
/// @param row of the crop, 0 to 8; 4 leaves the image where it is
/// @param column of the crop, likewise
/// @param mirrored whether left and right are exchanged
record Augmentation(int row, int column, boolean mirrored) {

    private static final int PADDING = 4;

    private static final double[] MEAN = {125.3, 123.0, 113.9};
    private static final double[] DEVIATION = {63.0, 62.1, 66.7};

    /// The normalized value of each byte, by channel.
    private static final float[][] NORMALIZED = normalized();

    /// What evaluation uses.
    static final Augmentation NONE = new Augmentation(PADDING, PADDING, false);

    private static float[][] normalized() {
        float[][] values = new float[CifarFormat.CHANNELS][256];
        for (int c = 0; c < CifarFormat.CHANNELS; c++) {
            for (int pixel = 0; pixel < 256; pixel++) {
                values[c][pixel] = (float) ((pixel - MEAN[c]) / DEVIATION[c]);
            }
        }
        return values;
    }

    /// The augmentation of the image at this place in the epoch of this stream: a function of both,
    /// whatever was drawn before.
    static Augmentation draw(Random epoch, int image) {
        epoch.seek(3L * image);
        int row = epoch.integer(0, 2 * PADDING + 1);
        int column = epoch.integer(0, 2 * PADDING + 1);
        return new Augmentation(row, column, epoch.integer(0, 2) == 1);
    }

    /// Writes an image as `(32, 32, 3)` from `to[at]` on.
    void write(CifarData data, int image, float[] to, int at) {
        int next = at;
        for (int y = 0; y < CifarFormat.SIDE; y++) {
            int fromRow = y + row - PADDING;
            for (int x = 0; x < CifarFormat.SIDE; x++) {
                int inCrop = mirrored ? CifarFormat.SIDE - 1 - x : x;
                int fromColumn = inCrop + column - PADDING;
                boolean inside = isInside(fromRow) && isInside(fromColumn);
                for (int c = 0; c < CifarFormat.CHANNELS; c++) {
                    int pixel = inside ? data.pixel(image, fromRow, fromColumn, c) : 0;
                    to[next++] = NORMALIZED[c][pixel];
                }
            }
        }
    }

    private static boolean isInside(int place) {
        return place >= 0 && place < CifarFormat.SIDE;
    }
}
