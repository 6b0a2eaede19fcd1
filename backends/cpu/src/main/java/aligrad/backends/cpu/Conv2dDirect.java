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

    /// Room for the largest tile.
    private static final long TILE_BYTES = 16L * Species.BITS / 8;

    /// What a thread does at least, for [Workers].
    private static final long PRODUCTS_PER_NANOSECOND = 50;

    private final Conv2dTile tile;
    private final int images;
    private final int groups;
    private final int elementBytes;

    private final Side source;
    private final Side result;
    private final Conv2dCells cells;
    private final ChannelBlocks blocks; // result channels of a group

    private final List<Conv2dCorrelation> correlations = new ArrayList<>();
    private final long panelBytes; // of a group
    private final int low; // rows of all correlations
    private final int high;
    private final int bandRows;
    private final long products;

    /// The images that a correlation reads, or those that it writes.
    private record Side(int height, int width, int channels) {

        long pixels() {
            return (long) height * width;
        }
    }

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
                new Side(s.h(), s.w(), s.c()),
                c,
                new Side(s.oh(), s.ow(), s.o()),
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
                new Side(s.oh(), s.ow(), s.o()),
                s.filtersPerGroup(),
                new Side(s.h(), s.w(), s.c()),
                new Conv2dPanels.Strides(
                        s.filtersPerGroup() * filter, 1, filter, (long) s.kw() * c, c),
                rows,
                columns);
    }

    /// @param channels what one tap reads of a source pixel, see [Conv2dCells]
    private Conv2dDirect(
            Conv2dTile tile,
            Conv2dGeometry s,
            Side source,
            int channels,
            Side result,
            Conv2dPanels.Strides strides,
            List<Conv2dAxis> rowAxes,
            List<Conv2dAxis> columnAxes) {
        this.tile = tile;
        this.images = s.n();
        this.groups = s.groups();
        this.elementBytes = tile.elementBytes();
        this.source = source;
        this.result = result;
        this.cells =
                new Conv2dCells(
                        elementBytes,
                        source.height,
                        source.width,
                        source.channels,
                        channels,
                        rowAxes,
                        columnAxes);
        this.blocks = new ChannelBlocks(result.channels / groups, tile.lanes());
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
    void run(long from, long filters, long bias, long to) {
        if (images == 0 || correlations.isEmpty() || blocks.count() == 0) {
            return;
        }
        long startBytes = (long) blocks.width() * elementBytes; // of a group, padded like the lanes
        try (Workspace panels = Workspace.of(groups * panelBytes, "conv2d");
                Workspace starts = Workspace.of(groups * startBytes, "conv2d")) {
            pack(filters, panels.address());
            spreadBias(bias, starts.address(), startBytes);
            int bands = Math.ceilDiv(high - low, bandRows);
            int whole = Math.multiplyExact(Math.multiplyExact(images, bands), groups);
            int splits = Math.clamp(Math.ceilDiv(TASKS, whole), 1, blocks.count());
            Workers.run(
                    Math.multiplyExact(whole, splits),
                    products / PRODUCTS_PER_NANOSECOND,
                    task -> {
                        int split = task % splits;
                        int group = task / splits % groups;
                        int band = task / splits / groups % bands;
                        int image = task / splits / groups / bands;
                        new Band(
                                        low + band * bandRows,
                                        image(from, source, image, group),
                                        panels.address() + group * panelBytes,
                                        starts.address() + group * startBytes,
                                        image(to, result, image, group))
                                .run(
                                        (int) ((long) blocks.count() * split / splits),
                                        (int) ((long) blocks.count() * (split + 1) / splits));
                    });
        }
    }

    /// The first element of an image that belongs to a group.
    private long image(long images, Side side, int image, int group) {
        return images
                + (image * side.pixels() * side.channels + (long) group * (side.channels / groups))
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

    /// Some rows of one image and group: `bandRows` values of `v` from `v0` on, see [Conv2dAxis].
    private final class Band {

        private final int v0;
        private final long image;
        private final long panels;
        private final long starts;
        private final long to;

        private long x; // the copied source rows
        private long buffer; // a tile that reaches past the last pixel or channel

        Band(int v0, long image, long panels, long starts, long to) {
            this.v0 = v0;
            this.image = image;
            this.panels = panels;
            this.starts = starts;
            this.to = to;
        }

        /// Computes the channels of the blocks `[firstBlock, endBlock)`.
        void run(int firstBlock, int endBlock) {
            int v1 = Math.min(v0 + bandRows, high);
            int planeRows = cells.sourceRows(bandRows);
            long bytes = cells.bytes(cells.cells(), planeRows);
            try (Workspace scratch = Workspace.of(bytes + TILE_BYTES, "conv2d")) {
                x = scratch.address();
                buffer = x + bytes;
                cells.fill(image, v0, v1 - v0, planeRows, 0, cells.cells(), x);
                for (Conv2dCorrelation k : correlations) {
                    int first = Math.max(v0, k.rows.low());
                    int end = Math.min(v1, k.rows.high());
                    for (int block = firstBlock; block < endBlock; block++) {
                        for (int chunk = 0; chunk + 1 < k.chunks.length; chunk++) {
                            for (int v = first; v < end; v++) {
                                row(k, block, chunk, v);
                            }
                        }
                    }
                }
            }
        }

        /// Adds one chunk of the reduction to one result row of one block.
        private void row(Conv2dCorrelation k, int block, int chunk, int v) {
            int vectors = blocks.vectors(block);
            int width = blocks.width(block) * elementBytes;
            int size = blocks.size(block) * elementBytes;
            long first = (long) blocks.first(block) * elementBytes;
            long w = panels + k.panelStart + k.panels.block(block) + (long) k.depths[chunk] * width;
            long pixel = (long) result.channels * elementBytes;
            int step = Math.toIntExact(k.columns.resultStep() * pixel);
            long row = to + first + k.rows.result(v) * result.width * pixel;
            int columns = k.columns.high();
            int pixels;
            for (int q = k.columns.low(); q < columns; q += pixels) {
                pixels = tile.pixels(vectors, columns - q);
                int valid = Math.min(pixels, columns - q);
                long y = row + k.columns.result(q) * pixel;
                boolean whole = valid == pixels && size == width;
                long into = whole ? y : buffer;
                int intoStep = whole ? step : width;
                if (chunk > 0 && !whole) {
                    RawCopy.rows(y, step, buffer, width, valid, size);
                }
                tile.correlate(
                        pixels,
                        vectors,
                        x + cells.result(v - v0, q),
                        k.offsets,
                        k.runs,
                        k.chunks[chunk],
                        k.chunks[chunk + 1],
                        w,
                        chunk == 0 ? starts + first : into,
                        chunk == 0 ? 0 : intoStep,
                        into,
                        intoStep);
                if (!whole) {
                    RawCopy.rows(buffer, width, y, step, valid, size);
                }
            }
        }
    }
}
