package aligrad.backends.cpu;

import java.util.List;

/// The adjoint of the convolution in its filters: `dw(o, kh, kw, c)` is the sum over images and
/// pixels of `g(pixel, o) · x(pixel + tap, c)`.
///
/// The sums stay in registers, a few input channels by one or two vectors of output channels, while
/// a tile walks over some hundred pixels ([Conv2dFilterTile]). Both operands are copied first: the
/// images to [Conv2dCells], the gradients to `[block of channels][image][pixel][lane]`.
///
/// The sum over pixels is not cut by threads. Images are cut into parts by the geometry alone;
/// every part has partial sums of its own, added in the order of the parts. Within a part, tasks
/// are cut by channels.
final class Conv2dFilterGradient {

    /// Pixels of a part at least: below that, clearing and adding partial sums would show.
    private static final int PART_PIXELS = 2048;

    /// Tasks at least, if the pixels suffice; more parts would only cost memory.
    private static final int TASKS = 32;

    /// Pixels that a tile walks over before it stores its sums: loading and storing them then costs
    /// three percent, and the operands of a block still fit into a first-level cache.
    private static final int WALK_PIXELS = 128;

    /// Cells of input channels (16 of single precision each) and blocks of output channels in a
    /// task: its sums for a 3x3 window take 144 KiB, in a second-level cache.
    private static final int TASK_CELLS = 4;

    private static final int TASK_BLOCKS = 2;

    /// Filters of [#TASK_BLOCKS] for the widest vectors. Parts are cut by it for all, so that the
    /// bits do not depend on the vector width.
    private static final int TASK_FILTERS = 64;

    private static final long PRODUCTS_PER_NANOSECOND = 50;

    private final Conv2dFilterTile tile;
    private final Conv2dGeometry s;
    private final int elementBytes;
    private final Conv2dAxis rowAxis;
    private final Conv2dAxis columnAxis;
    private final Conv2dCells cells;
    private final ChannelBlocks blocks;
    private final int kw; // taps of a row; 1 if the columns are folded
    private final int channels; // of a tap
    private final int elements; // of a cell

    private final int walkRows;
    private final int walkImages;
    private final int parts;
    private final int cellRanges;
    private final int blockRanges;

    Conv2dFilterGradient(Conv2dFilterTile tile, Conv2dGeometry s) {
        this.tile = tile;
        this.s = s;
        this.elementBytes = tile.elementBytes();
        this.elements = Conv2dCells.CELL_BYTES / elementBytes;
        boolean folded = s.foldsColumns();
        this.kw = folded ? 1 : s.kw();
        this.channels = folded ? s.kw() * s.c() : s.channelsPerGroup();
        this.rowAxis = Conv2dAxis.forwardRows(s);
        this.columnAxis = folded ? Conv2dAxis.foldedColumns(s) : Conv2dAxis.forwardColumns(s);
        this.cells =
                new Conv2dCells(
                        elementBytes,
                        s.h(),
                        s.w(),
                        s.c(),
                        channels,
                        List.of(rowAxis),
                        List.of(columnAxis));
        this.blocks = new ChannelBlocks(s.filtersPerGroup(), tile.lanes());
        long pixels = (long) s.oh() * s.ow();
        this.walkRows = Math.clamp(WALK_PIXELS / s.ow(), 1, s.oh());
        this.walkImages = Math.clamp(WALK_PIXELS / pixels, 1, Math.max(s.n(), 1));
        this.cellRanges = Math.ceilDiv(cells.cells(), TASK_CELLS);
        this.blockRanges = Math.ceilDiv(blocks.count(), TASK_BLOCKS);
        long perPart =
                (long) s.groups() * cellRanges * Math.ceilDiv(s.filtersPerGroup(), TASK_FILTERS);
        long wanted =
                Math.min(Math.ceilDiv(TASKS, Math.max(1, perPart)), s.n() * pixels / PART_PIXELS);
        this.parts = Math.clamp(wanted, 1, Math.max(s.n(), 1));
    }

    /// Overwrites `dw`.
    void run(long x, long g, long dw) {
        long groupSums = (long) cells.cells() * s.kh() * kw * elements * blocks.width();
        long partSums = s.groups() * groupSums * elementBytes;
        long products = (long) s.n() * s.oh() * s.ow() * s.kh() * kw * channels * s.o();
        int perPart = Math.multiplyExact(s.groups(), cellRanges * blockRanges);
        try (Workspace sums = Workspace.of(parts * partSums, "conv2d_filter_gradient")) {
            Workers.run(
                    Math.multiplyExact(parts, perPart),
                    products / PRODUCTS_PER_NANOSECOND,
                    task -> {
                        int part = task / perPart;
                        int group = task % perPart / (cellRanges * blockRanges);
                        int cellRange = task / blockRanges % cellRanges;
                        int blockRange = task % blockRanges;
                        part(
                                x + (long) group * s.channelsPerGroup() * elementBytes,
                                g + (long) group * s.filtersPerGroup() * elementBytes,
                                (int) ((long) s.n() * part / parts),
                                (int) ((long) s.n() * (part + 1) / parts),
                                cellRange * TASK_CELLS,
                                blockRange * TASK_BLOCKS,
                                sums.address()
                                        + part * partSums
                                        + group * groupSums * elementBytes);
                    });
            combine(sums.address(), partSums, groupSums * elementBytes, dw);
        }
    }

    /// Where the sums of a tap of a cell of a block begin in those of a group:
    /// `[block][cell][tap][channel of the cell][lane]`.
    private long sumsOf(int block, int cell, int tap) {
        int taps = s.kh() * kw;
        return ((long) blocks.first(block) * cells.cells() + (long) blocks.width(block) * cell)
                        * taps
                        * elements
                        * elementBytes
                + (long) tap * elements * blocks.width(block) * elementBytes;
    }

    /// The sums over images `[n0, n1)` for some cells and blocks.
    private void part(long x, long g, int n0, int n1, int firstCell, int firstBlock, long sums) {
        int cellCount = Math.min(TASK_CELLS, cells.cells() - firstCell);
        int blockCount = Math.min(TASK_BLOCKS, blocks.count() - firstBlock);
        for (int block = firstBlock; block < firstBlock + blockCount; block++) {
            RawCopy.clear(
                    sums + sumsOf(block, firstCell, 0),
                    sumsOf(block, firstCell + cellCount, 0) - sumsOf(block, firstCell, 0));
        }
        int planeRows = cells.sourceRows(walkRows);
        long xImage = cells.bytes(cellCount, planeRows);
        long gBlock = (long) walkImages * walkRows * s.ow() * 2 * tile.lanes() * elementBytes;
        try (Workspace scratch =
                Workspace.of(walkImages * xImage + blockCount * gBlock, "conv2d_filter_gradient")) {
            long xs = scratch.address();
            long gs = xs + walkImages * xImage;
            for (int n = n0; n < n1; n += walkImages) {
                int images = Math.min(walkImages, n1 - n);
                for (int v = 0; v < s.oh(); v += walkRows) {
                    int rows = Math.min(walkRows, s.oh() - v);
                    for (int i = 0; i < images; i++) {
                        long image = x + (n + i) * ((long) s.h() * s.w() * s.c() * elementBytes);
                        cells.fill(
                                image, v, rows, planeRows, firstCell, cellCount, xs + i * xImage);
                    }
                    for (int b = 0; b < blockCount; b++) {
                        packGradient(g, n, images, v, rows, firstBlock + b, gs + b * gBlock);
                    }
                    for (int b = 0; b < blockCount; b++) {
                        for (int c = 0; c < cellCount; c++) {
                            walk(
                                    xs + c * (planeRows * cells.rowBytes()),
                                    xImage,
                                    gs + b * gBlock,
                                    images,
                                    rows,
                                    firstBlock + b,
                                    firstCell + c,
                                    sums);
                        }
                    }
                }
            }
        }
    }

    /// Adds the walk over some rows of some images to the sums of one cell and block.
    private void walk(
            long x, long xImage, long g, int images, int rows, int block, int cell, long sums) {
        int vectors = blocks.vectors(block);
        int width = blocks.width(block) * elementBytes;
        long gRow = (long) s.ow() * width;
        long xRow = cells.result(1, 0) - cells.result(0, 0);
        int run = cells.run(cell);
        int tap = 0;
        for (int row : rowAxis.offsets()) {
            for (int column : columnAxis.offsets()) {
                long xt = x + cells.tap(row, column);
                long st = sums + sumsOf(block, cell, tap++);
                int count;
                for (int c = 0; c < run; c += count) {
                    count = tile.channels(vectors, run - c);
                    tile.accumulate(
                            count,
                            vectors,
                            xt + (long) c * elementBytes,
                            xImage,
                            xRow,
                            g,
                            rows * gRow,
                            gRow,
                            images,
                            rows,
                            s.ow(),
                            st + (long) c * width);
                }
            }
        }
    }

    /// Copies the lanes of one block of some gradient rows, zeros beyond the last channel.
    private void packGradient(long g, int n, int images, int v, int rows, int block, long to) {
        int width = blocks.width(block) * elementBytes;
        int size = blocks.size(block) * elementBytes;
        long pixel = (long) s.o() * elementBytes;
        if (size < width) {
            RawCopy.clear(to, (long) images * rows * s.ow() * width);
        }
        for (int i = 0; i < images; i++) {
            long from =
                    g
                            + ((long) (n + i) * s.oh() + v) * s.ow() * pixel
                            + (long) blocks.first(block) * elementBytes;
            int pixels = rows * s.ow();
            RawCopy.rows(from, pixel, to + (long) i * pixels * width, width, pixels, size);
        }
    }

    /// Adds the parts in their order and writes `(o, kh, kw, c)`.
    private void combine(long sums, long partSums, long groupSums, long dw) {
        int perGroup = blocks.count() * cells.cells();
        Workers.run(
                Math.multiplyExact(s.groups(), perGroup),
                parts * partSums / elementBytes,
                task -> {
                    int group = task / perGroup;
                    int block = task % perGroup / cells.cells();
                    int cell = task % cells.cells();
                    long at = sums + group * groupSums + sumsOf(block, cell, 0);
                    int taps = s.kh() * kw;
                    int width = blocks.width(block);
                    long count = (long) taps * elements * width;
                    for (int part = 1; part < parts; part++) {
                        tile.add(at + part * partSums, at, count);
                    }
                    long filter = (long) taps * channels;
                    long first = (long) group * s.filtersPerGroup() + blocks.first(block);
                    for (int tap = 0; tap < taps; tap++) {
                        Packing.transpose(
                                elementBytes,
                                cells.run(cell),
                                blocks.size(block),
                                at + (long) tap * elements * width * elementBytes,
                                (long) width * elementBytes,
                                dw
                                        + (first * filter
                                                        + (long) tap * channels
                                                        + (long) cell * elements)
                                                * elementBytes,
                                filter * elementBytes);
                    }
                });
    }
}
