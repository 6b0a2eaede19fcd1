package aligrad.backends.cpu;

/// Products of packed operands: `A` in panels of [GemmTile#ROWS] rows, in which the elements of a
/// column lie one behind the other, `B` in strips of two vectors of columns (the last may have
/// one), whose rows lie one behind the other.
final class GemmPanels {

    private GemmPanels() {}

    /// Strips of so many vectors.
    static int strips(int vectors) {
        return (vectors + 1) / 2;
    }

    /// Vectors of one of them.
    static int width(int strip, int vectors) {
        return Math.min(2, vectors - 2 * strip);
    }

    /// All panels times one strip.
    ///
    /// @param m rows; the last panel may have fewer than the others
    /// @param width vectors of the strip
    /// @param tail elements of its last vector that exist in `C`
    /// @param panelBytes from one panel to the next
    static void multiply(
            GemmTile tile,
            int m,
            int width,
            int tail,
            int k,
            long a,
            long panelBytes,
            long b,
            long c,
            long cRow,
            long init,
            long initRow) {
        long aCol = (long) GemmTile.ROWS * tile.bytes;
        long bRow = (long) width * GemmTile.VECTOR;
        boolean isWhole = width == 2 && tail == tile.lanes;
        for (int i = 0; i < m; i += GemmTile.ROWS) {
            int height = Math.min(GemmTile.ROWS, m - i);
            long ci = c + i * cRow;
            long from = init + i * initRow;
            if (isWhole && height == GemmTile.ROWS) {
                tile.panel(k, a, b, ci, cRow, from, initRow);
            } else {
                GemmDirect.strip(
                        tile,
                        height,
                        width,
                        tail,
                        k,
                        a,
                        tile.bytes,
                        aCol,
                        b,
                        bRow,
                        ci,
                        cRow,
                        from,
                        initRow);
            }
            a += panelBytes;
        }
    }
}
