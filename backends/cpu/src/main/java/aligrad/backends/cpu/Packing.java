package aligrad.backends.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/// Copies of matrices into the order in which kernels read them.
///
/// Elements are only moved, so single and double precision share these loops. Strides are in bytes.
final class Packing {

    /// Rows or columns of a block of [#transpose].
    private static final int BLOCK = 16;

    private Packing() {}

    /// `target[i][j] = source[i][j]` for any source strides; the target has unit column stride.
    ///
    /// A target row is written in whole vectors: `targetRow` leaves room for that. Source rows with
    /// unit stride are read in whole vectors too, into the slack behind the last row.
    ///
    /// @param bytes bytes of an element, 4 or 8
    @SuppressWarnings("ArgumentSelectionDefectChecker") // a transpose exchanges them
    static void pack(
            int bytes,
            int rows,
            int columns,
            long source,
            long sourceRow,
            long sourceColumn,
            long target,
            long targetRow) {
        if (sourceColumn == bytes || columns == 1) {
            copyRows(rows, (long) columns * bytes, source, sourceRow, target, targetRow);
        } else if (sourceColumn == 0) {
            spread(bytes, rows, columns, source, sourceRow, target, targetRow);
        } else if (sourceRow == bytes && bytes == 4 && Species.BITS == 512) {
            transposePadded(columns, rows, source, sourceColumn, target, targetRow);
        } else {
            gather(bytes, rows, columns, source, sourceRow, sourceColumn, target, targetRow);
        }
    }

    /// `target[j][i] = source[i][j]`, rows of both with unit stride; writes nothing else.
    static void transpose(
            int bytes,
            int rows,
            int columns,
            long source,
            long sourceRow,
            long target,
            long targetRow) {
        if (bytes == 4 && Species.BITS == 512 && rows >= BLOCK / 4) {
            long corner = Scratch.address(Scratch.Use.TRANSPOSE, BLOCK * BLOCK * 4);
            for (int i = 0; i < rows; i += BLOCK) {
                int height = Math.min(BLOCK, rows - i);
                for (int j = 0; j < columns; j += BLOCK) {
                    int width = Math.min(BLOCK, columns - j);
                    long from = source + i * sourceRow + j * 4L;
                    long to = target + j * targetRow + i * 4L;
                    if (height == BLOCK && width == BLOCK) {
                        Transpose16.block(height, from, sourceRow, to, targetRow);
                    } else {
                        Transpose16.block(height, from, sourceRow, corner, BLOCK * 4);
                        for (int row = 0; row < width; row++) {
                            Lanes.store(
                                    Lanes.loadF32(corner + row * BLOCK * 4L),
                                    to + row * targetRow,
                                    height);
                        }
                    }
                }
            }
        } else {
            gather(bytes, columns, rows, source, bytes, sourceRow, target, targetRow);
        }
    }

    /// Cuts rows in panels of [GemmTile#ROWS], one behind the other, in each of which the elements
    /// of a column lie one behind the other. What stands for rows that the last panel lacks is
    /// undefined. Writes up to a vector behind the last panel.
    ///
    /// @param bytes bytes of an element, 4 or 8
    static void panels(
            int bytes,
            int rows,
            int columns,
            long source,
            long sourceRow,
            long sourceColumn,
            long target) {
        long column = (long) GemmTile.ROWS * bytes;
        long panel = columns * column;
        if (sourceRow == bytes && GemmTile.VECTOR >= column) {
            spliced(bytes, rows, columns, source, sourceColumn, target);
        } else if (sourceColumn == bytes && bytes == 4 && Species.BITS == 512) {
            for (int i = 0; i < rows; i += GemmTile.ROWS) {
                int height = Math.min(GemmTile.ROWS, rows - i);
                long from = source + i * sourceRow;
                long to = target + i / GemmTile.ROWS * panel;
                int j = 0;
                for (; j <= columns - Interleave6.COLUMNS; j += Interleave6.COLUMNS) {
                    Interleave6.block(height, from + 4L * j, sourceRow, to + j * column);
                }
                gather(
                        4,
                        columns - j,
                        height,
                        from + 4L * j,
                        4,
                        sourceRow,
                        to + j * column,
                        column);
            }
        } else {
            for (int i = 0; i < rows; i += GemmTile.ROWS) {
                gather(
                        bytes,
                        columns,
                        Math.min(GemmTile.ROWS, rows - i),
                        source + i * sourceRow,
                        sourceColumn,
                        sourceRow,
                        target + i / GemmTile.ROWS * panel,
                        column);
            }
        }
    }

    /// [#panels] of contiguous columns: pieces of them are moved in vectors, each of which covers
    /// what the one before wrote too far; so the last ones of a panel are moved element by element.
    /// Some columns at a time, so that they stay in L1 for all panels.
    private static void spliced(
            int bytes, int rows, int columns, long source, long sourceColumn, long target) {
        long column = (long) GemmTile.ROWS * bytes;
        long panel = columns * column;
        int whole = Math.max(0, columns - (int) (GemmTile.VECTOR / column));
        for (int first = 0; first < whole; first += BLOCK) {
            int end = Math.min(first + BLOCK, whole);
            long from = source;
            long to = target;
            for (int i = 0; i < rows; i += GemmTile.ROWS) {
                for (int j = first; j < end; j++) {
                    Lanes.store(Lanes.loadF32(from + j * sourceColumn), to + j * column);
                }
                from += column;
                to += panel;
            }
        }
        for (int i = 0; i < rows; i += GemmTile.ROWS) {
            gather(
                    bytes,
                    columns - whole,
                    Math.min(GemmTile.ROWS, rows - i),
                    source + whole * sourceColumn + (long) i * bytes,
                    sourceColumn,
                    bytes,
                    target + i / GemmTile.ROWS * panel + whole * column,
                    column);
        }
    }

    /// [#transpose], but target rows have room for whole vectors and only `columns` of them exist.
    private static void transposePadded(
            int rows, int columns, long source, long sourceRow, long target, long targetRow) {
        int whole = columns & -BLOCK;
        for (int i = 0; i < rows; i += BLOCK) {
            int height = Math.min(BLOCK, rows - i);
            for (int j = 0; j < whole; j += BLOCK) {
                Transpose16.block(
                        height,
                        source + i * sourceRow + j * 4L,
                        sourceRow,
                        target + j * targetRow + i * 4L,
                        targetRow);
            }
        }
        gather(
                4,
                columns - whole,
                rows,
                source + whole * 4L,
                4,
                sourceRow,
                target + whole * targetRow,
                targetRow);
    }

    /// Copies `count` contiguous elements and writes nothing behind them.
    static void copy(int bytes, int count, long source, long target) {
        int words = count * (bytes / 4); // the bits of a double move as two floats
        int i = 0;
        for (; i <= words - Species.LANES_32; i += Species.LANES_32) {
            Lanes.store(Lanes.loadF32(source + 4L * i), target + 4L * i);
        }
        Lanes.store(Lanes.loadF32(source + 4L * i), target + 4L * i, words - i);
    }

    /// Cuts `rows` contiguous rows in strips of two vectors, `stripBytes` apart; in a strip the
    /// pieces of all rows lie one behind the other. Row by row, because memory is read fastest in
    /// its order.
    static void strips(
            int rows, int strips, long source, long sourceRow, long target, long stripBytes) {
        int vector = Species.BITS / 8;
        for (int i = 0; i < rows; i++) {
            long from = source + i * sourceRow;
            long to = target + 2L * i * vector;
            for (int strip = 0; strip < strips; strip++) {
                Lanes.store(Lanes.loadF32(from), to);
                Lanes.store(Lanes.loadF32(from + vector), to + vector);
                from += 2L * vector;
                to += stripBytes;
            }
        }
    }

    private static void copyRows(
            int rows, long rowBytes, long source, long sourceRow, long target, long targetRow) {
        int step = Species.BITS / 8;
        for (int i = 0; i < rows; i++) {
            long from = source + i * sourceRow;
            long to = target + i * targetRow;
            for (long at = 0; at < rowBytes; at += step) {
                Lanes.store(Lanes.loadF32(from + at), to + at);
            }
        }
    }

    /// Fills each target row with its one element.
    private static void spread(
            int bytes,
            int rows,
            int columns,
            long source,
            long sourceRow,
            long target,
            long targetRow) {
        int lanes = Species.BITS / 8 / bytes;
        for (int i = 0; i < rows; i++) {
            long from = source + i * sourceRow;
            long to = target + i * targetRow;
            for (int j = 0; j < columns; j += lanes) {
                long at = to + (long) j * bytes;
                if (bytes == 4) {
                    Lanes.store(FloatVector.broadcast(Species.F32, Lanes.f32(from)), at);
                } else {
                    Lanes.store(DoubleVector.broadcast(Species.F64, Lanes.f64(from)), at);
                }
            }
        }
    }

    /// Element by element, eight columns at a time so that the source's cache lines are used whole
    /// whichever of its strides is the small one.
    private static void gather(
            int bytes,
            int rows,
            int columns,
            long source,
            long sourceRow,
            long sourceColumn,
            long target,
            long targetRow) {
        for (int j = 0; j < columns; j += 8) {
            int width = Math.min(8, columns - j);
            for (int i = 0; i < rows; i++) {
                long from = source + i * sourceRow + j * sourceColumn;
                long to = target + i * targetRow + (long) j * bytes;
                if (bytes == 4) {
                    for (int e = 0; e < width; e++) {
                        Lanes.putI32(to + 4L * e, Lanes.i32(from + e * sourceColumn));
                    }
                } else {
                    for (int e = 0; e < width; e++) {
                        Lanes.putI64(to + 8L * e, Lanes.i64(from + e * sourceColumn));
                    }
                }
            }
        }
    }
}
