package aligrad.backends.cpu;

/// Filters repacked for the register tiles of one correlation: `[group][block of
/// lanes][cell][tap][channel of the cell][lane]`, so that a tile reads its weights from front to
/// back.
///
/// The forward pass has output channels in the lanes and sums over input channels; the input
/// gradient has it the other way round. Lanes beyond the last channel are zeros.
final class Conv2dPanels {

    /// Where the weight of `(lane, channel, row, column)` of one group lies in the filters, in
    /// elements.
    record Strides(long group, long lane, long channel, long row, long column) {}

    private final Strides strides;
    private final ChannelBlocks blocks;
    private final int elementBytes;
    private final Conv2dAxis rows;
    private final Conv2dAxis columns;
    private final int cells;
    private final int[] runs; // of each cell
    private final int depth; // products a result sums

    Conv2dPanels(
            Strides strides,
            ChannelBlocks blocks,
            int elementBytes,
            Conv2dAxis rows,
            Conv2dAxis columns,
            Conv2dCells source) {
        this.strides = strides;
        this.blocks = blocks;
        this.elementBytes = elementBytes;
        this.rows = rows;
        this.columns = columns;
        this.cells = source.cells();
        this.runs = new int[cells];
        int channels = 0;
        for (int cell = 0; cell < cells; cell++) {
            runs[cell] = source.run(cell);
            channels += runs[cell];
        }
        this.depth = channels * rows.taps().length * columns.taps().length;
    }

    /// Bytes of one group.
    long bytes() {
        return (long) depth * blocks.width() * elementBytes;
    }

    /// Multiplications of one group and image.
    long products() {
        return (long) depth
                * blocks.channels()
                * (rows.high() - rows.low())
                * (columns.high() - columns.low());
    }

    /// Where a block begins in its group.
    long block(int block) {
        return (long) depth * blocks.first(block) * elementBytes;
    }

    /// Packs one cell of one block.
    void pack(long filters, int group, int block, int cell, long to) {
        int taps = rows.taps().length * columns.taps().length;
        int width = blocks.width(block);
        int perCell = runs[0];
        long from =
                filters
                        + (group * strides.group
                                        + blocks.first(block) * strides.lane
                                        + (long) cell * perCell * strides.channel)
                                * elementBytes;
        long at = to + block(block) + (long) cell * perCell * taps * width * elementBytes;
        for (int row : rows.taps()) {
            for (int column : columns.taps()) {
                long tap = from + (row * strides.row + column * strides.column) * elementBytes;
                packTap(tap, runs[cell], blocks.size(block), width, at);
                at += (long) runs[cell] * width * elementBytes;
            }
        }
    }

    private void packTap(long from, int run, int size, int width, long to) {
        long rowBytes = (long) width * elementBytes;
        if (size < width) {
            RawCopy.clear(to, run * rowBytes);
        }
        if (strides.lane == 1) {
            RawCopy.rows(
                    from,
                    strides.channel * elementBytes,
                    to,
                    rowBytes,
                    run,
                    (long) size * elementBytes);
        } else { // channels are contiguous instead
            Packing.transpose(
                    elementBytes, size, run, from, strides.lane * elementBytes, to, rowBytes);
        }
    }
}
