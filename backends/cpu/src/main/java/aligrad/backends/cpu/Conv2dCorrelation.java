package aligrad.backends.cpu;

import java.util.Arrays;

/// One correlation of a pass, ready for the tiles: for each cell of its reduction where the source
/// lies and how many channels it holds, in the order of the packed weights.
final class Conv2dCorrelation {

    /// Weights that a tile reads at once stay below this, so that they stay in the first-level
    /// cache while the tiles of a band pass over them: read from the second level, they cost an
    /// Intel Xeon 5 to 8 %. Longer reductions are cut, and partial sums pass through the result.
    private static final long CHUNK_BYTES = 16 << 10;

    final Conv2dAxis rows;
    final Conv2dAxis columns;
    final Conv2dPanels panels;

    /// Where its panels begin among those of a group, in bytes.
    final long panelStart;

    /// From a result's first cell to each cell, in bytes.
    final long[] offsets;

    /// Channels of each cell.
    final int[] runs;

    /// Chunk `i` is the cells `[chunks[i], chunks[i + 1])`.
    final int[] chunks;

    /// Products before each chunk.
    final int[] depths;

    Conv2dCorrelation(
            Conv2dAxis rows,
            Conv2dAxis columns,
            Conv2dPanels panels,
            long panelStart,
            Conv2dCells source,
            int sourceRows,
            int laneBytes) {
        this.rows = rows;
        this.columns = columns;
        this.panels = panels;
        this.panelStart = panelStart;
        int taps = rows.taps().length * columns.taps().length;
        int count = source.cells() * taps;
        this.offsets = new long[count];
        this.runs = new int[count];
        int[] ends = new int[count + 2];
        int[] before = new int[count + 2];
        int chunk = 0;
        int depth = 0;
        int e = 0;
        for (int cell = 0; cell < source.cells(); cell++) {
            for (int row : rows.offsets()) {
                for (int column : columns.offsets()) {
                    int run = source.run(cell);
                    if ((long) (depth + run - before[chunk]) * laneBytes > CHUNK_BYTES
                            && e > ends[chunk]) {
                        chunk++;
                        ends[chunk] = e;
                        before[chunk] = depth;
                    }
                    offsets[e] = cell * (sourceRows * source.rowBytes()) + source.tap(row, column);
                    runs[e++] = run;
                    depth += run;
                }
            }
        }
        ends[chunk + 1] = count;
        this.chunks = Arrays.copyOf(ends, chunk + 2);
        this.depths = Arrays.copyOf(before, chunk + 1);
    }
}
