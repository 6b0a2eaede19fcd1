package aligrad.backends.cpu;

/// Where the pixels of each tile of an image lie: square blocks of `side` by `side` pixels, four
/// apart, the first one `padding` pixels above and left of the image.
///
/// With side 6 these are the patches that the tiles of a result read, with side 4 the tiles
/// themselves. Pixels outside the image are to be found at an address of the caller's: a block of
/// zeros to read, or of nothing to write to.
final class WinogradPatches {

    private static final long OUTSIDE = Long.MIN_VALUE;

    private final int side;
    private final int tilesWide;
    private final int tiles; // of an image
    private final long imageBytes;
    private final long[] rows; // of all tiles: where each begins in the image, or OUTSIDE
    private final long[] columns;

    /// @param height, width of the image
    /// @param tilesHigh, tilesWide tiles of an image
    WinogradPatches(
            int side,
            int padding,
            int height,
            int width,
            int channels,
            int tilesHigh,
            int tilesWide) {
        this.side = side;
        this.tilesWide = tilesWide;
        tiles = tilesHigh * tilesWide;
        imageBytes = 4L * height * width * channels;
        rows = lines(tilesHigh, side, padding, height, 4L * width * channels);
        columns = lines(tilesWide, side, padding, width, 4L * channels);
    }

    private static long[] lines(int tiles, int side, int padding, int extent, long bytes) {
        long[] lines = new long[tiles * side];
        for (int i = 0; i < lines.length; i++) {
            int line = i / side * Winograd.TILE - padding + i % side;
            lines[i] = line >= 0 && line < extent ? line * bytes : OUTSIDE;
        }
        return lines;
    }

    /// Puts the addresses of the pixels of one of all images' tiles into `pixels`, row by row.
    ///
    /// @param images address of the first image
    /// @param outside what stands for pixels outside the image
    void locate(int tile, long images, long outside, long[] pixels) {
        long image = images + tile / tiles * imageBytes;
        int firstRow = tile % tiles / tilesWide * side;
        int firstColumn = tile % tilesWide * side;
        for (int i = 0; i < side; i++) {
            long row = rows[firstRow + i];
            for (int j = 0; j < side; j++) {
                long column = columns[firstColumn + j];
                pixels[i * side + j] = (row | column) < 0 ? outside : image + row + column;
            }
        }
    }
}
