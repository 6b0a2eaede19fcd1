package aligrad.backends.cpu;

import jdk.incubator.vector.FloatVector;

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
        long rowElements = width * pixel;
        for (int cell = firstCell; cell < firstCell + cellCount; cell++) {
            long plane = to + (cell - firstCell) * planeRows * rowBytes();
            for (int r = 0; r < rows; r++) {
                if (!rowsRead[r % rowStep]) {
                    continue;
                }
                int row = v0 * rowStep + rowLow + r;
                for (int residue = 0; residue < columnStep; residue++) {
                    if (slots[residue] < 0) {
                        continue;
                    }
                    long slot = plane + r * rowBytes() + (long) slots[residue] * pitch * CELL_BYTES;
                    if (row < 0 || row >= height) {
                        zeros(slot, pitch);
                    } else {
                        fillRow(image + row * rowElements * elementBytes, residue, cell, slot);
                    }
                }
            }
        }
    }

    /// Copies the cells of one residue class of one row; what lies left or right of the image is
    /// zero.
    private void fillRow(long row, int residue, int cell, long to) {
        int run = run(cell);
        long start = cell * elements; // of the cell, in its pixel
        long column = firstColumn + residue;
        // Whole cells lie between these columns: the first not left of the image, and the last
        // whose
        // run does not pass the end of the row.
        int whole = clampToPitch(Math.ceilDiv(-column, columnStep));
        long lastColumn = Math.floorDiv(width * pixel - run - start, pixel);
        int end = Math.max(whole, clampToPitch(Math.floorDiv(lastColumn - column, columnStep) + 1));
        long from = row + (column * pixel + start) * elementBytes;
        long step = columnStep * pixel * elementBytes;
        for (int q = 0; q < whole; q++) {
            cutCell(row, from + q * step, run, to + (long) q * CELL_BYTES);
        }
        copy(from + whole * step, step, to + (long) whole * CELL_BYTES, end - whole);
        for (int q = end; q < pitch; q++) {
            cutCell(row, from + q * step, run, to + (long) q * CELL_BYTES);
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

    private static void zeros(long to, int count) {
        FloatVector zero = FloatVector.zero(Species.F32);
        for (long b = 0; b < (long) count * CELL_BYTES; b += VECTOR_BYTES) {
            Lanes.store(zero, to + b);
        }
    }

    /// Copies a cell that the border of the image cuts, or misses.
    private void cutCell(long row, long from, int run, long to) {
        zeros(to, 1);
        long end = row + width * pixel * elementBytes;
        for (int b = 0; b < run * elementBytes; b += Integer.BYTES) {
            if (from + b >= row && from + b < end) {
                Lanes.putI32(to + b, Lanes.i32(from + b));
            }
        }
    }
}
