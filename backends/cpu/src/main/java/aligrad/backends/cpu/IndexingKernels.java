package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.IndexException;
import aligrad.tensor.Indexing;
import aligrad.tensor.Tensor;

/// Reading and adding at positions given by a tensor of indices.
///
/// What reads is cut anywhere; what adds is cut into whole lines along the indexed axis, each added
/// to by one thread in the order of the source, so the bits do not depend on the number of threads.
final class IndexingKernels {

    /// About how many bytes a block of gathered slices has.
    private static final int GATHER_BYTES = 65_536;

    private IndexingKernels() {}

    static void compute(Indexing op, long result) {
        switch (op) {
            case Indexing.Gather gather -> gather(gather, result);
            case Indexing.GatherAdd add -> gatherAdd(add, result);
            case Indexing.TakeAlong take -> takeAlong(take, result);
            case Indexing.PutAlongAdd put -> putAlongAdd(put, result);
        }
    }

    /// The indices as they lie in memory.
    private record Indices(Indexing op, Lines lines, boolean wide, int extent) {

        static Indices of(Indexing op, Lines lines, int extent) {
            return new Indices(op, lines, op.index().dtype() == DType.I64, extent);
        }

        /// The index at an address, checked.
        ///
        /// @param position where it stands in the index tensor, row-major
        long at(long address, long position) {
            long index = wide ? Lanes.i64(address) : Lanes.i32(address);
            if (index < 0 || index >= extent) {
                throw outside(index, position);
            }
            return index;
        }

        private IndexException outside(long index, long position) {
            return new IndexException(
                    "%s along axis %d of extent %d: index %d at position %d is outside 0 to %d"
                            .formatted(op.name(), op.axis(), extent, index, position, extent - 1));
        }
    }

    /// All indices as one line.
    private static Lines flat(Tensor index) {
        return Lines.of(index, 0, index.shape().rank());
    }

    private static void gather(Indexing.Gather op, long result) {
        Lines x = Lines.of(op.x(), op.axis());
        Lines index = flat(op.index());
        long slices = (long) x.outer() * index.extent();
        long bytes = (long) x.inner() * op.dtype().bytes();
        int together = Math.clamp(GATHER_BYTES / Math.max(bytes, 1), 1, GATHER_BYTES);
        Workers.run(
                Math.toIntExact((slices + together - 1) / together),
                slices * (2 + bytes / 16),
                new Gather(
                        x,
                        Indices.of(op, index, x.extent()),
                        op.dtype().bytes(),
                        slices,
                        together,
                        result));
    }

    private record Gather(Lines x, Indices index, int size, long slices, int together, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            int n = index.lines.extent();
            long first = (long) block * together;
            long end = Math.min(first + together, slices);
            long bytes = (long) x.inner() * size;
            long outer = first / n;
            int p = (int) (first % n);
            for (long slice = first; slice < end; slice++) {
                long at = index.at(index.lines.address() + p * index.lines.stride(), p);
                long from = x.address() + outer * x.outerStride() + at * x.stride();
                Runs.copy(size, from, x.innerStride(), result + slice * bytes, size, x.inner());
                if (++p == n) {
                    p = 0;
                    outer++;
                }
            }
        }
    }

    private static void gatherAdd(Indexing.GatherAdd op, long result) {
        Lines index = flat(op.index());
        Lines source = Lines.of(op.source(), op.axis(), op.axis() + op.index().shape().rank());
        int extent = op.shape().extent(op.axis());
        Runs.fillShared(result, op.shape().size() * op.dtype().bytes(), 0);
        LineBlocks blocks = LineBlocks.of(source.outer(), source.inner(), source.extent());
        Workers.run(
                blocks.count(),
                source.count() * source.extent() / 4,
                new GatherAdd(blocks, source, Indices.of(op, index, extent), op.dtype(), result));
    }

    private record GatherAdd(
            LineBlocks blocks, Lines source, Indices index, DType dtype, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            int size = dtype.bytes();
            int i = blocks.firstInner(block);
            int count = blocks.endInner(block) - i;
            long row = (long) source.inner() * size;
            for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
                long to = result + o * index.extent * row + (long) i * size;
                long from = source.address() + o * source.outerStride() + i * source.innerStride();
                for (int p = 0; p < source.extent(); p++) {
                    long at = index.at(index.lines.address() + p * index.lines.stride(), p);
                    Runs.add(
                            dtype,
                            from + p * source.stride(),
                            source.innerStride(),
                            to + at * row,
                            size,
                            count);
                }
            }
        }
    }

    private static void takeAlong(Indexing.TakeAlong op, long result) {
        Lines x = Lines.of(op.x(), op.axis());
        Lines index = Lines.of(op.index(), op.axis());
        LineBlocks blocks = LineBlocks.of(index.outer(), index.inner(), index.extent());
        Workers.run(
                blocks.count(),
                2 * op.shape().size(),
                new TakeAlong(
                        blocks, x, Indices.of(op, index, x.extent()), op.dtype().bytes(), result));
    }

    private record TakeAlong(LineBlocks blocks, Lines x, Indices index, int size, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            Lines lines = index.lines;
            int n = lines.extent();
            int first = blocks.firstInner(block);
            int count = blocks.endInner(block) - first;
            for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
                long position = (long) o * n * lines.inner() + first;
                long where =
                        lines.address() + o * lines.outerStride() + first * lines.innerStride();
                long from = x.address() + o * x.outerStride() + first * x.innerStride();
                if (lines.inner() == 1) {
                    row(where, lines.stride(), position, from, 0, n);
                    continue;
                }
                for (int j = 0; j < n; j++) {
                    row(
                            where + j * lines.stride(),
                            lines.innerStride(),
                            position + (long) j * lines.inner(),
                            from,
                            x.innerStride(),
                            count);
                }
            }
        }

        /// Takes `count` elements whose indices are `step` apart, from lines that are `across`
        /// apart.
        private void row(long where, long step, long position, long from, long across, int count) {
            long stride = x.stride();
            long to = result + position * size;
            if (size == 4) {
                for (int i = 0; i < count; i++) {
                    long at = index.at(where + i * step, position + i);
                    Lanes.putI32(to + 4L * i, Lanes.i32(from + at * stride + i * across));
                }
            } else if (size == 8) {
                for (int i = 0; i < count; i++) {
                    long at = index.at(where + i * step, position + i);
                    Lanes.putI64(to + 8L * i, Lanes.i64(from + at * stride + i * across));
                }
            } else {
                for (int i = 0; i < count; i++) {
                    long at = index.at(where + i * step, position + i);
                    Lanes.putI8(to + i, Lanes.i8(from + at * stride + i * across));
                }
            }
        }
    }

    private static void putAlongAdd(Indexing.PutAlongAdd op, long result) {
        Lines source = Lines.of(op.source(), op.axis());
        Lines index = Lines.of(op.index(), op.axis());
        int extent = op.shape().extent(op.axis());
        Runs.fillShared(result, op.shape().size() * op.dtype().bytes(), 0);
        LineBlocks blocks = LineBlocks.of(source.outer(), source.inner(), source.extent());
        Workers.run(
                blocks.count(),
                source.count() * source.extent() * 2,
                new PutAlongAdd(blocks, source, Indices.of(op, index, extent), op.dtype(), result));
    }

    private record PutAlongAdd(
            LineBlocks blocks, Lines source, Indices index, DType dtype, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            Lines lines = index.lines;
            int n = lines.extent();
            int first = blocks.firstInner(block);
            int count = blocks.endInner(block) - first;
            long size = dtype.bytes();
            for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
                long position = (long) o * n * lines.inner() + first;
                long where =
                        lines.address() + o * lines.outerStride() + first * lines.innerStride();
                long from =
                        source.address() + o * source.outerStride() + first * source.innerStride();
                long to = result + ((long) o * index.extent * lines.inner() + first) * size;
                if (lines.inner() == 1) {
                    row(where, lines.stride(), position, from, source.stride(), to, 0, n);
                    continue;
                }
                for (int j = 0; j < n; j++) {
                    row(
                            where + j * lines.stride(),
                            lines.innerStride(),
                            position + (long) j * lines.inner(),
                            from + j * source.stride(),
                            source.innerStride(),
                            to,
                            size,
                            count);
                }
            }
        }

        /// Adds `count` elements that are `fromStep` apart to lines that are `across` apart.
        private void row(
                long where,
                long step,
                long position,
                long from,
                long fromStep,
                long to,
                long across,
                int count) {
            long stride = (long) source.inner() * dtype.bytes();
            if (dtype == DType.F32) {
                for (int i = 0; i < count; i++) {
                    long sum = to + index.at(where + i * step, position + i) * stride + i * across;
                    Lanes.putF32(sum, Lanes.f32(sum) + Lanes.f32(from + i * fromStep));
                }
            } else {
                for (int i = 0; i < count; i++) {
                    long sum = to + index.at(where + i * step, position + i) * stride + i * across;
                    Runs.add(dtype, from + i * fromStep, sum);
                }
            }
        }
    }
}
