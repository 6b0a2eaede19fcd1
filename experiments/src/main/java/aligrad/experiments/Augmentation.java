package aligrad.experiments;

import aligrad.tensor.Random;

/// How an image of CIFAR is moved and mirrored in training: a crop of its own size at a random
/// place of the image with four black pixels around it, mirrored with probability 1/2.
///
/// @param row of the crop, 0 to 8; 4 leaves the image where it is
/// @param column of the crop, likewise
/// @param mirrored whether left and right are exchanged
record Augmentation(int row, int column, boolean mirrored) {

    private static final int PADDING = 4;

    /// The augmentation of the image at this place in the epoch of this stream: a function of both,
    /// whatever was drawn before.
    static Augmentation draw(Random epoch, int image) {
        epoch.seek(3L * image);
        int row = epoch.integer(0, 2 * PADDING + 1);
        int column = epoch.integer(0, 2 * PADDING + 1);
        return new Augmentation(row, column, epoch.integer(0, 2) == 1);
    }

    /// Writes the crop of an image, both `(side, side, 3)`, from `to[at]` on.
    void write(byte[] image, int side, byte[] to, int at) {
        int next = at;
        for (int y = 0; y < side; y++) {
            int fromRow = y + row - PADDING;
            for (int x = 0; x < side; x++) {
                int inCrop = mirrored ? side - 1 - x : x;
                int fromColumn = inCrop + column - PADDING;
                boolean inside = isInside(fromRow, side) && isInside(fromColumn, side);
                int from = (fromRow * side + fromColumn) * ImageSet.CHANNELS;
                for (int c = 0; c < ImageSet.CHANNELS; c++) {
                    to[next++] = inside ? image[from + c] : 0;
                }
            }
        }
    }

    private static boolean isInside(int place, int side) {
        return place >= 0 && place < side;
    }
}
