package aligrad.backends.cpu;

import java.util.Arrays;
import java.util.List;

/// How rows of one image are laid out for the register tiles: cut into *cells* of 64 bytes, padded
/// with zeros, columns sorted by stride.
///
/// A cell holds up to 64 bytes of neighbouring channels of one pixel. Pixels that a tile reads
/// together lie one cell apart whatever the stride, since the columns of each residue class modulo
/// the stride are stored side by side; padding is there in memory. So a tile needs one pointer and
/// constant offsets, no test of the image's border, and no two pixels compete for a cache set,
/// which they do in the image itself when the channels are a large power of two.
///
/// The layout is `[cell][row][residue][column]`. Copying costs one load and one store for as many
/// channels as the tile later multiplies by `kernel · filters` weights, around one percent.
final class Conv2dCells {

    static final int CELL_BYTES = 64;

    /// Tiles may read this many cells past the last column, and throw away what they compute there.
    private static final int OVERRUN = 16;

    private static final int VECTOR_BYTES = Species.F32.vectorByteSize();

    private final int elementBytes;
    private final int elements; // of a full cell
    private final int height;
    private final int width;
    private final long pixel; // elements from one pixel to the next
    private final int channels; // that are read from each pixel
    private final int cells;

    private final int rowStep;
    private final int rowLow; // source row of result row 0
    private final int rowSpan; // source rows that one result row reaches
    private final boolean[] rowsRead; // by residue

    private final int columnStep;
    private final int firstColumn; // source column of the first column
    private final int[] slots; // place of a residue in a row, -1 if no weight meets it
    private final int residues; // that are stored
    private final int columnLow;
    private final int columnOffset;
    private final int[] wholeFirst; // by cell and residue, see findWholeCells
    private final int[] wholeEnd;
    private final int pitch; // cells from one residue to the next

    /// @param height, width extents of the source images
    /// @param pixel elements from one pixel to the next
    /// @param channels elements that the correlation reads at each column position: those of the
    ///   group, or all of a row of the window when the window's width is folded into the channels
    /// @param rows every row axis of the pass; they share one source step
    /// @param columns every column axis of the pass
    Conv2dCells(
            int elementBytes,
            int height,
            int width,
            long pixel,
            int channels,
            List<Conv2dAxis> rows,
            List<Conv2dAxis> columns) {
        this.elementBytes = elementBytes;
        this.elements = CELL_BYTES / elementBytes;
        this.height = height;
        this.width = width;
        this.pixel = pixel;
        this.channels = channels;
        this.cells = Math.ceilDiv(channels, elements);

        this.rowStep = rows.getFirst().sourceStep();
        this.rowLow = Conv2dAxis.lowestOffset(rows);
        this.rowSpan = Conv2dAxis.highestOffset(rows) - rowLow + 1;
        this.rowsRead = new boolean[rowStep];
        for (Conv2dAxis axis : rows) {
            for (int offset : axis.offsets()) {
                rowsRead[(offset - rowLow) % rowStep] = true;
            }
        }

        this.columnStep = columns.getFirst().sourceStep();
        this.columnOffset = Conv2dAxis.lowestOffset(columns);
        this.columnLow = Conv2dAxis.low(columns);
        this.firstColumn = columnLow * columnStep + columnOffset;
        int span = Conv2dAxis.highestOffset(columns) - columnOffset;
        this.pitch = Conv2dAxis.high(columns) - columnLow + span / columnStep;
        this.slots = new int[columnStep];
        Arrays.fill(slots, -1);
        int stored = 0;
        for (Conv2dAxis axis : columns) {
            for (int offset : axis.offsets()) {
                int residue = (offset - columnOffset) % columnStep;
                if (slots[residue] < 0) {
                    slots[residue] = stored++;
                }
            }
        }
        this.residues = stored;
        this.wholeFirst = new int[cells * columnStep];
        this.wholeEnd = new int[cells * columnStep];
        findWholeCells();
    }

    /// Cells of a pixel.
    int cells() {
        return cells;
    }

    /// Channels in a cell: the last one may hold fewer than fit.
    int run(int cell) {
        return Math.min(elements, channels - cell * elements);
    }

    /// Source rows that `results` neighbouring result rows read.
    int sourceRows(int results) {
        return (results - 1) * rowStep + rowSpan;
    }

    /// Bytes from one row to the next.
    long rowBytes() {
        return (long) residues * pitch * CELL_BYTES;
    }

    /// Bytes of `cellCount` cells of `rows` source rows.
    long bytes(int cellCount, int rows) {
        return cellCount * rows * rowBytes() + OVERRUN * CELL_BYTES;
    }

    /// Where the source that result `(v, q)` meets at offset `(row, column)` begins, from the start
    /// of a plane of cells whose first result row is `v0`: [#result] plus this.
    long tap(int rowOffset, int columnOffset) {
        int c = columnOffset - this.columnOffset;
        return (rowOffset - rowLow) * rowBytes()
                + ((long) slots[c % columnStep] * pitch + c / columnStep) * CELL_BYTES;
    }

    /// See [#tap].
    long result(int rowsAfterFirst, int column) {
        return rowsAfterFirst * rowStep * rowBytes() + (long) (column - columnLow) * CELL_BYTES;
    }

    /// Copies what the result rows `[v0, v0 + results)` read of cells `[firstCell, firstCell +
    /// cellCount)`.
    ///
    /// @param image address of the image's first element, moved to the group's first channel
    /// @param planeRows source rows from one cell to the next in `to`
    void fill(
            long image, int v0, int results, int planeRows, int firstCell, int cellCount, long to) {
        int rows = sourceRows(results);
        long imageRow = width * pixel * elementBytes;
        long plane = planeRows * rowBytes();
        for (int r = 0; r < rows; r++) { // all cells of a row while it is in the first-level cache
            if (!rowsRead[r % rowStep]) {
                continue;
            }
            int row = v0 * rowStep + rowLow + r;
            for (int residue = 0; residue < columnStep; residue++) {
                if (slots[residue] < 0) {
                    continue;
                }
                long slot = to + r * rowBytes() + (long) slots[residue] * pitch * CELL_BYTES;
                for (int cell = firstCell; cell < firstCell + cellCount; cell++, slot += plane) {
                    if (row < 0 || row >= height) {
                        RawCopy.clear(slot, (long) pitch * CELL_BYTES);
                    } else {
                        fillRow(image + row * imageRow, residue, cell, slot);
                    }
                }
            }
        }
    }

    /// Copies the cells of one residue class of one row; what lies left or right of the image is
    /// zero.
    private void fillRow(long row, int residue, int cell, long to) {
        int run = run(cell);
        int first = wholeFirst[cell * columnStep + residue];
        int end = wholeEnd[cell * columnStep + residue];
        long from = row + (column(residue, 0) * pixel + (long) cell * elements) * elementBytes;
        long step = columnStep * pixel * elementBytes;
        for (int q = 0; q < first; q++) {
            cutCell(row, from + q * step, run, to + (long) q * CELL_BYTES);
        }
        copy(from + first * step, step, to + (long) first * CELL_BYTES, end - first);
        for (int q = end; q < pitch; q++) {
            cutCell(row, from + q * step, run, to + (long) q * CELL_BYTES);
        }
    }

    /// Source column of the `q`-th column of a residue class.
    private long column(int residue, int q) {
        return (long) firstColumn + residue + (long) q * columnStep;
    }

    /// Finds for each cell and residue the columns whose cells lie in the row as a whole: from the
    /// first that is not left of the image to the last whose run does not pass the row's end.
    private void findWholeCells() {
        for (int cell = 0; cell < cells; cell++) {
            long lastColumn =
                    Math.floorDiv(width * pixel - run(cell) - (long) cell * elements, pixel);
            for (int residue = 0; residue < columnStep; residue++) {
                long column = column(residue, 0);
                int first = clampToPitch(Math.ceilDiv(-column, columnStep));
                int end = clampToPitch(Math.floorDiv(lastColumn - column, columnStep) + 1);
                wholeFirst[cell * columnStep + residue] = first;
                wholeEnd[cell * columnStep + residue] = Math.max(first, end);
            }
        }
    }

    private int clampToPitch(long q) {
        return Math.clamp(q, 0, pitch);
    }

    private static void copy(long from, long step, long to, int count) {
        for (int q = 0; q < count; q++) {
            for (int b = 0; b < CELL_BYTES; b += VECTOR_BYTES) {
                Lanes.store(Lanes.loadF32(from + b), to + b);
            }
            from += step;
            to += CELL_BYTES;
        }
    }

    /// Copies a cell that the border of the image cuts, or misses.
    private void cutCell(long row, long from, int run, long to) {
        RawCopy.clear(to, CELL_BYTES);
        long end = row + width * pixel * elementBytes;
        if (from >= end || from + (long) run * elementBytes <= row) {
            return;
        }
        for (int b = 0; b < run * elementBytes; b += Integer.BYTES) {
            if (from + b >= row && from + b < end) {
                Lanes.putI32(to + b, Lanes.i32(from + b));
            }
        }
    }
}
