package aligrad.backends.opencl;

/// The part of a product that a processor's work-item keeps in vector registers: `rows` rows of
/// `across` vectors of `lanes` elements.
///
/// With two vectors a row, an element of the first factor is read half as often for each product,
/// and there are half as many rows to point at, so that the pointers are registers, too. With one,
/// fewer lanes are empty where there are few columns.
record PanelTile(int rows, int across, int lanes) {

    private static final int NARROW_ROWS = 12;

    /// 32 registers of 64 bytes hold 8 rows of sums twice; 16 of a smaller vector hold 6.
    private static final int LONG_VECTOR = 64;

    private static final int WIDE_ROWS = 8;
    private static final int WIDE_ROWS_OF_SHORT_VECTORS = 6;

    /// The tile for a product.
    ///
    /// @param vectorBytes the device's vectors
    static PanelTile of(Product p, int vectorBytes) {
        int lanes = vectorBytes / p.dtype().bytes();
        int vectors = Math.ceilDiv(p.n(), lanes);
        if (vectors == 1 || vectors == 3) {
            return new PanelTile(NARROW_ROWS, 1, lanes);
        }
        int rows = vectorBytes == LONG_VECTOR ? WIDE_ROWS : WIDE_ROWS_OF_SHORT_VECTORS;
        return new PanelTile(rows, 2, lanes);
    }

    /// Columns of a panel.
    int columns() {
        return across * lanes;
    }

    /// Panels over all columns.
    int panels(Product p) {
        return Math.ceilDiv(p.n(), columns());
    }

    /// Tiles over all rows; none reaches over the channels of two taps.
    int tiles(Product p) {
        Patches patches = p.patches();
        if (p.form() != Product.Form.TAPS || patches == null) {
            return Math.ceilDiv(p.m(), rows);
        }
        return p.m() / patches.channels() * Math.ceilDiv(patches.channels(), rows);
    }

    /// The compiler options of `panels.cl`.
    String option() {
        return " -DPANELS -DROWS=%d -DACROSS=%d".formatted(rows, across);
    }
}
