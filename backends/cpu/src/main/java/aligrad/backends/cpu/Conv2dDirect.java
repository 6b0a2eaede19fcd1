package aligrad.backends.cpu;

import java.util.ArrayList;
import java.util.List;

/// Direct convolution with register tiles: the forward pass and the input gradient.
///
/// Both are correlations ([Conv2dAxis]) of a source image with filters, so one driver serves both.
/// A task takes some result rows of one image and one group, copies the source rows that they read
/// ([Conv2dCells]), and runs the tiles over blocks of result channels with repacked filters
/// ([Conv2dPanels]). Every result is summed by one task in one order, so how the tasks are cut does
/// not touch the bits.
final class Conv2dDirect {

    /// Source rows of a task are to fit beside the weights in a second-level cache of half a
    /// megabyte.
    private static final long SOURCE_BYTES = 192 << 10;

    /// Tasks that a batch is cut into at least, by blocks of channels where images and rows do not
    /// suffice.
    private static final int TASKS = 32;

    /// What a thread does at least, for [Workers].
    private static final long PRODUCTS_PER_NANOSECOND = 50;

    private final Conv2dTile tile;
    private final int images;
    private final int groups;
    private final int elementBytes;

    private final long sourceImage; // bytes
    private final long sourceGroup;
    private final Conv2dCells cells;

    private final int resultHeight;
    private final int resultWidth;
    private final int resultChannels; // of all groups
    private final ChannelBlocks blocks; // result channels of a group

    private final List<Conv2dCorrelation> correlations = new ArrayList<>();
    private final long panelBytes; // of a group
    private final int low; // rows of all correlations
    private final int high;
    private final int bandRows;
    private final long products;

    /// The plan of `y = x ⋆ w + bias`.
    ///
    /// With few channels the window's columns are folded into them: filters `(o, kh, kw, c)` are
    /// read as `(o, kh, 1, kw · c)`, and one cell holds a row of the window.
    static Conv2dDirect forward(Conv2dTile tile, Conv2dGeometry s) {
        boolean folded = s.foldsColumns();
        int kw = folded ? 1 : s.kw();
        int c = folded ? s.kw() * s.c() : s.channelsPerGroup();
        long filter = (long) s.kh() * kw * c;
        List<Conv2dAxis> rows = List.of(Conv2dAxis.forwardRows(s));
        List<Conv2dAxis> columns =
                List.of(folded ? Conv2dAxis.foldedColumns(s) : Conv2dAxis.forwardColumns(s));
        return new Conv2dDirect(
                tile,
                s,
                new Conv2dCells(tile.elementBytes(), s.h(), s.w(), s.c(), c, rows, columns),
                (long) s.h() * s.w() * s.c(),
                s.channelsPerGroup(),
                s.oh(),
                s.ow(),
                s.o(),
                new Conv2dPanels.Strides(s.filtersPerGroup() * filter, filter, 1, (long) kw * c, c),
                rows,
                columns);
    }

    /// The plan of the adjoint in the images: `g` is correlated with the flipped filters, input and
    /// output channels exchanged; with a stride, one correlation for each residue class of pixels.
    static Conv2dDirect inputGradient(Conv2dTile tile, Conv2dGeometry s) {
        int c = s.channelsPerGroup();
        long filter = (long) s.kh() * s.kw() * c;
        List<Conv2dAxis> rows = Conv2dAxis.gradientRows(s);
        List<Conv2dAxis> columns = Conv2dAxis.gradientColumns(s);
        return new Conv2dDirect(
                tile,
                s,
                new Conv2dCells(
                        tile.elementBytes(),
                        s.oh(),
                        s.ow(),
                        s.o(),
                        s.filtersPerGroup(),
                        rows,
                        columns),
                (long) s.oh() * s.ow() * s.o(),
                s.filtersPerGroup(),
                s.h(),
                s.w(),
                s.c(),
                new Conv2dPanels.Strides(
                        s.filtersPerGroup() * filter, 1, filter, (long) s.kw() * c, c),
                rows,
                columns);
    }

    private Conv2dDirect(
            Conv2dTile tile,
            Conv2dGeometry s,
            Conv2dCells cells,
            long sourceImage,
            int sourceGroup,
            int resultHeight,
            int resultWidth,
            int resultChannels,
            Conv2dPanels.Strides strides,
            List<Conv2dAxis> rowAxes,
            List<Conv2dAxis> columnAxes) {
        this.tile = tile;
        this.images = s.n();
        this.groups = s.groups();
        this.elementBytes = tile.elementBytes();
        this.sourceImage = sourceImage * elementBytes;
        this.sourceGroup = (long) sourceGroup * elementBytes;
        this.cells = cells;
        this.resultHeight = resultHeight;
        this.resultWidth = resultWidth;
        this.resultChannels = resultChannels;
        this.blocks = new ChannelBlocks(resultChannels / groups, tile.lanes());
        this.low = Conv2dAxis.low(rowAxes);
        this.high = Conv2dAxis.high(rowAxes);
        this.bandRows = bandRows(cells, high - low);
        long bytes = 0;
        long products = 0;
        for (Conv2dAxis rows : rowAxes) {
            for (Conv2dAxis columns : columnAxes) {
                Conv2dPanels panels =
                        new Conv2dPanels(strides, blocks, elementBytes, rows, columns, cells);
                correlations.add(
                        new Conv2dCorrelation(
                                rows,
                                columns,
                                panels,
                                bytes,
                                cells,
                                cells.sourceRows(bandRows),
                                2 * tile.lanes() * elementBytes));
                bytes += panels.bytes();
                products += panels.products();
            }
        }
        this.panelBytes = bytes;
        this.products = products * images * groups;
    }

    /// As many rows as fit, the last band not much smaller than the others.
    private static int bandRows(Conv2dCells cells, int rows) {
        int fit = rows;
        while (fit > 1 && cells.bytes(cells.cells(), cells.sourceRows(fit)) > SOURCE_BYTES) {
            fit = Math.ceilDiv(fit, 2);
        }
        return Math.max(fit, 1);
    }

    /// Runs the plan.
    ///
    /// @param bias one for each result channel, or 0 for none
    void run(long source, long filters, long bias, long result) {
        if (images == 0 || correlations.isEmpty() || blocks.count() == 0) {
            return;
        }
        long starts = (long) blocks.width() * elementBytes; // of a group, padded like the lanes
        try (Workspace panels = Workspace.of(groups * panelBytes, "conv2d");
                Workspace start = Workspace.of(groups * starts, "conv2d")) {
            pack(filters, panels.address());
            spreadBias(bias, start.address(), starts);
            int bands = Math.ceilDiv(high - low, bandRows);
            int whole = Math.multiplyExact(Math.multiplyExact(images, bands), groups);
            int splits = Math.clamp(Math.ceilDiv(TASKS, whole), 1, blocks.count());
            Workers.run(
                    Math.multiplyExact(whole, splits),
                    products / PRODUCTS_PER_NANOSECOND,
                    task -> {
                        int group = task / splits % groups;
                        int band = task / splits / groups % bands;
                        int image = task / splits / groups / bands;
                        int split = task % splits;
                        rows(
                                source + image * sourceImage + group * sourceGroup,
                                panels.address() + group * panelBytes,
                                start.address() + group * starts,
                                result + resultOffset(image, group),
                                low + band * bandRows,
                                (int) ((long) blocks.count() * split / splits),
                                (int) ((long) blocks.count() * (split + 1) / splits));
                    });
        }
    }

    private long resultOffset(int image, int group) {
        return ((long) image * resultHeight * resultWidth * resultChannels
                        + (long) group * blocks.channels())
                * elementBytes;
    }

    private void pack(long filters, long to) {
        int perGroup = blocks.count() * cells.cells();
        Workers.run(
                Math.multiplyExact(groups, perGroup),
                groups * panelBytes / elementBytes, // about a nanosecond each
                task -> {
                    int group = task / perGroup;
                    int block = task % perGroup / cells.cells();
                    int cell = task % cells.cells();
                    for (Conv2dCorrelation k : correlations) {
                        k.panels.pack(
                                filters,
                                group,
                                block,
                                cell,
                                to + group * panelBytes + k.panelStart);
                    }
                });
    }

    private void spreadBias(long bias, long to, long groupBytes) {
        RawCopy.clear(to, groups * groupBytes);
        if (bias != 0) {
            long bytes = (long) blocks.channels() * elementBytes;
            RawCopy.rows(bias, bytes, to, groupBytes, groups, bytes);
        }
    }

    /// Result rows `[v0, v0 + bandRows)` of one image and group, blocks `[firstBlock, endBlock)`.
    private void rows(
            long source,
            long panels,
            long start,
            long result,
            int v0,
            int firstBlock,
            int endBlock) {
        int v1 = Math.min(v0 + bandRows, high);
        long bytes = cells.bytes(cells.cells(), cells.sourceRows(bandRows));
        try (Workspace scratch = Workspace.of(bytes + 16L * Species.BITS / 8, "conv2d")) {
            long x = scratch.address();
            long buffer = x + bytes;
            cells.fill(source, v0, v1 - v0, cells.sourceRows(bandRows), 0, cells.cells(), x);
            for (Conv2dCorrelation k : correlations) {
                for (int block = firstBlock; block < endBlock; block++) {
                    for (int chunk = 0; chunk + 1 < k.chunks.length; chunk++) {
                        for (int v = Math.max(v0, k.rows.low());
                                v < Math.min(v1, k.rows.high());
                                v++) {
                            row(k, block, chunk, v - v0, v, x, panels, start, result, buffer);
                        }
                    }
                }
            }
        }
    }

    /// One result row of one block of channels: adds one chunk of the reduction.
    private void row(
            Conv2dCorrelation k,
            int block,
            int chunk,
            int rowAfterFirst,
            int v,
            long x,
            long panels,
            long start,
            long result,
            long buffer) {
        int vectors = blocks.vectors(block);
        int width = blocks.width(block) * elementBytes;
        int size = blocks.size(block) * elementBytes;
        long first = (long) blocks.first(block) * elementBytes;
        long w = panels + k.panelStart + k.panels.block(block) + (long) k.depths[chunk] * width;
        long pixel = (long) resultChannels * elementBytes;
        int step = Math.toIntExact(k.columns.resultStep() * pixel);
        long row =
                result
                        + (k.rows.resultStart() + (long) v * k.rows.resultStep())
                                * resultWidth
                                * pixel;
        int high = k.columns.high();
        int pixels;
        for (int q = k.columns.low(); q < high; q += pixels) {
            pixels = tile.pixels(vectors, high - q);
            int valid = Math.min(pixels, high - q);
            long xq = x + cells.result(rowAfterFirst, q);
            long y =
                    row
                            + (k.columns.resultStart() + (long) q * k.columns.resultStep()) * pixel
                            + first;
            boolean whole = valid == pixels && size == width;
            long to = whole ? y : buffer;
            int toStep = whole ? step : width;
            if (chunk > 0 && !whole) {
                RawCopy.rows(y, step, buffer, width, valid, size);
            }
            tile.correlate(
                    pixels,
                    vectors,
                    xq,
                    k.offsets,
                    k.runs,
                    k.chunks[chunk],
                    k.chunks[chunk + 1],
                    w,
                    chunk == 0 ? start + first : to,
                    chunk == 0 ? 0 : toStep,
                    to,
                    toStep);
            if (!whole) {
                RawCopy.rows(buffer, width, y, step, valid, size);
            }
        }
    }
}
