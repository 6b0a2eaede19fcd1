package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Reduction;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.Program;
import aligrad.tensor.spi.Programs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reductions, with the pending expression that computes their elements inside.
///
/// The elements that one result joins are cut into chunks, by shape alone. A work-item joins a
/// chunk, one element after another; further kernels join the chunks of a result in order. So bits
/// do not depend on the device's timing.
final class ReduceKernels {

    /// Work-items that fill a large device.
    private static final long ENOUGH_ITEMS = 1 << 16;

    /// Elements to a chunk, at least: a chunk costs a write and a read of what it came to.
    private static final long SHORTEST_CHUNK = 32;

    /// Tensors whose squares one launch sums: the kernel takes three numbers and a buffer for each.
    private static final int NORMS_AT_ONCE = 24;

    /// Chunks that one work-item joins.
    private static final long JOINED_AT_ONCE = 256;

    private final OpenClDevice device;
    private final Programs<Structure> structures = new Programs<>(Structure::new);
    private final Map<Join, Kernel> joining = new HashMap<>();
    private final Map<Join, Kernel> finishing = new HashMap<>();
    private final Map<List<DType>, Kernel> norms = new HashMap<>();

    ReduceKernels(OpenClDevice device) {
        this.device = device;
    }

    private record Variant(PointwiseSource source, Kernel kernel) {}

    /// What a kernel is made for.
    ///
    /// @param keptRank axes of the results
    /// @param reducedRank axes of what one result joins
    /// @param narrow whether every index fits in 31 bits
    /// @param converts whether it turns accumulators into results
    private record Form(
            Join join, int keptRank, int reducedRank, boolean narrow, boolean converts) {}

    /// A program and the kernels that were made for it.
    private static final class Structure {
        final Program program;
        final Map<Form, Variant> variants = new HashMap<>();

        Structure(Program program) {
            this.program = program;
        }
    }

    void compute(Reduction op, DeviceStorage to) {
        switch (op) {
            case Reduction.Reduce(var f, var x, var axes, _) -> {
                try (Expression prologue = Expression.prologue(x)) {
                    reduce(prologue, Join.of(f, x.dtype()), mask(axes), to.buffer());
                }
            }
            case Reduction.Sums(var xs, var axes, _) -> sums(xs, axes, to);
            case Reduction.SquaredNorm(var xs) -> {
                if (xs.size() > 1) {
                    squaredNorm(xs, to.buffer());
                    return;
                }
                Tensor x = xs.getFirst();
                try (Expression prologue = Expression.prologue(x)) {
                    reduce(prologue, Join.squaredNorm(), mask(all(x.shape())), to.buffer());
                }
            }
        }
    }

    private void sums(List<Tensor> xs, List<Integer> axes, DeviceStorage to) {
        Join join = Join.of(ReduceOp.SUM, xs.getFirst().dtype());
        if (Expression.fit(xs)) {
            try (Expression prologue = Expression.prologue(xs)) {
                reduce(prologue, join, mask(axes), to.buffer());
            }
            return;
        }
        long each = to.bytes() / xs.size();
        Buffer one = device.scratch(Math.max(1, each));
        for (int i = 0; i < xs.size(); i++) {
            try (Expression prologue = Expression.prologue(xs.get(i))) {
                reduce(prologue, join, mask(axes), one);
            }
            device.session().copy(one, 0, to.buffer(), i * each, each);
        }
    }

    private static List<Integer> all(Shape shape) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            axes.add(axis);
        }
        return axes;
    }

    private static long mask(List<Integer> axes) {
        long mask = 0;
        for (int axis : axes) {
            mask |= 1L << axis;
        }
        return mask;
    }

    private void reduce(Expression prologue, Join join, long axes, Buffer to) {
        Leaves leaves = new Leaves(device, prologue, axes);
        Walk walk = leaves.walk();
        long kept = walk.size(false);
        long joined = walk.size(true);
        long most = Math.max(1, ENOUGH_ITEMS / Math.max(1, kept));
        long chunks = Math.clamp(Math.ceilDiv(joined, SHORTEST_CHUNK), 1, most);
        Structure structure = prologue.program(structures);
        long results = structure.program.roots() * kept;
        Buffer parts = chunks == 1 ? to : device.scratch(8 * results * chunks);
        first(prologue, structure, leaves, join, new Cut(kept, joined, chunks), parts);
        prologue.storeOutputs();
        if (chunks > 1) {
            join(join, parts, kept, chunks, results, to);
        }
    }

    /// Joins the chunks of results in their order, until there is one each.
    private void join(
            Join join, Buffer first, long kept, long firstChunks, long results, Buffer to) {
        Buffer parts = first;
        long chunks = firstChunks;
        while (chunks > 1) {
            long fewer = Math.ceilDiv(chunks, JOINED_AT_ONCE);
            Buffer next = fewer == 1 ? to : device.scratch(8 * results * fewer);
            (fewer == 1 ? finishing : joining)
                    .computeIfAbsent(join, j -> joiner(j, fewer == 1))
                    .begin()
                    .buffer(parts)
                    .buffer(next)
                    .number(kept)
                    .number(chunks)
                    .number(fewer)
                    .number(results * fewer)
                    .launch(results * fewer);
            parts = next;
            chunks = fewer;
        }
    }

    /// Of several tensors at a time: all chunks are of about the same length, so that a few
    /// launches are enough for a whole model.
    private void squaredNorm(List<Tensor> xs, Buffer to) {
        List<Tensor> dense = xs.stream().map(device::dense).toList();
        long size = dense.stream().mapToLong(Tensor::size).sum();
        long length = Math.max(SHORTEST_CHUNK, Math.ceilDiv(size, ENOUGH_ITEMS));
        long[] chunks =
                dense.stream()
                        .mapToLong(x -> Math.max(1, Math.ceilDiv(x.size(), length)))
                        .toArray();
        long all = Arrays.stream(chunks).sum();
        Buffer parts = device.scratch(8 * all);
        long done = 0;
        for (int first = 0; first < dense.size(); first += NORMS_AT_ONCE) {
            int end = Math.min(first + NORMS_AT_ONCE, dense.size());
            List<Tensor> some = dense.subList(first, end);
            Kernel kernel =
                    norms.computeIfAbsent(some.stream().map(Tensor::dtype).toList(), this::normsOf)
                            .begin();
            some.forEach(x -> kernel.buffer(device.buffer(x)));
            long items = 0;
            for (int i = first; i < end; i++) {
                items += chunks[i];
            }
            kernel.buffer(parts).number(done).number(items);
            long last = 0;
            for (int i = first; i < end; i++) {
                last += chunks[i];
                kernel.number(last);
            }
            some.forEach(x -> kernel.number(x.size()));
            some.forEach(x -> kernel.number(x.layout().offset()));
            kernel.launch(items);
            done += items;
        }
        join(Join.squaredNorm(), parts, 1, all, 1, to);
    }

    /// The kernel for tensors of these types.
    private Kernel normsOf(List<DType> types) {
        StringBuilder arguments = new StringBuilder();
        StringBuilder cases = new StringBuilder();
        for (int t = 0; t < types.size(); t++) {
            arguments.append("global const %s* x%d, ".formatted(Kernels.type(types.get(t)), t));
            cases.append(
                    "    case %d: for (; i < n; i += step) a += square(x%d[at + i]); break;\n"
                            .formatted(t, t));
        }
        String text =
                """
                typedef struct { long first, items, end[%d], size[%d], offset[%d]; } P;
                inline double square(double v) { return v * v; }
                kernel void squared_norms(%sglobal double* parts, const P p) {
                    const long item = get_global_id(0);
                    if (item >= p.items) return;
                    int t = 0;
                    while (item >= p.end[t]) t++;
                    const long begin = t == 0 ? 0 : p.end[t - 1];
                    const long step = p.end[t] - begin, n = p.size[t], at = p.offset[t];
                    long i = item - begin;
                    double a = 0;
                    switch (t) {
                %s    }
                    parts[p.first + item] = a;
                }
                """
                        .formatted(types.size(), types.size(), types.size(), arguments, cases);
        return device.kernels().generated(text, "squared_norms");
    }

    /// Results, elements of each, and the chunks into which these are cut.
    private record Cut(long kept, long joined, long chunks) {}

    /// The kernel that computes the elements and joins those of each chunk.
    private void first(
            Expression prologue,
            Structure structure,
            Leaves leaves,
            Join join,
            Cut cut,
            Buffer parts) {
        Walk walk = leaves.walk();
        boolean last = cut.chunks == 1;
        Variant variant =
                structure.variants.computeIfAbsent(
                        new Form(
                                join,
                                walk.keptRank(),
                                walk.reducedRank(),
                                leaves.areNarrow(),
                                last && !join.accumulator().equals(join.result())),
                        form -> variant(structure.program, form));
        Kernel kernel = variant.kernel.beginMany();
        boolean canFail = variant.source.canFail();
        leaves.buffers(kernel, canFail);
        kernel.buffer(parts).number(cut.kept).number(cut.joined).number(cut.chunks);
        // Neighbouring work-items read neighbouring elements: those of one chunk are all that
        // many apart, or follow each other.
        if (walk.isInnermostReduced()) {
            kernel.number(1).number(1).number(cut.chunks).number(cut.joined);
        } else {
            long length = Math.ceilDiv(cut.joined, cut.chunks);
            kernel.number(0).number(length).number(1).number(length);
        }
        variant.source.numbers(kernel, prologue, walk);
        kernel.launch(cut.kept * cut.chunks);
        if (canFail) {
            leaves.checkDivisions();
        }
    }

    private Variant variant(Program program, Form form) {
        int rank = form.keptRank + form.reducedRank;
        Join join = form.join;
        PointwiseSource source = new PointwiseSource(program, rank, false);
        List<String> fields =
                new ArrayList<>(
                        List.of("kept", "joined", "chunks", "inside", "way", "step", "length"));
        fields.addAll(source.fields());
        List<String> arguments = source.arguments();
        arguments.add("global %s* parts".formatted(form.converts ? join.result() : "A"));
        StringBuilder text = new StringBuilder();
        text.append(join.functions())
                .append(form.narrow ? "typedef int I;\n" : "typedef long I;\n")
                .append(PointwiseSource.head("reduce", arguments, fields))
                .append(PLACE);
        PointwiseSource.coordinates(text, "    ", 0, form.keptRank);
        for (int root = 0; root < program.roots(); root++) {
            text.append("    A a%d = %s;\n".formatted(root, join.identity()));
        }
        text.append("    for (I r = first; r < end; r += (I)p.step) {\n");
        text.append("        rest = r;\n");
        PointwiseSource.coordinates(text, "        ", form.keptRank, rank);
        source.body(text, "        ");
        for (int root = 0; root < program.roots(); root++) {
            String value = join.value().replaceAll("\\bv\\b", "v" + program.root(root));
            text.append("        a%d = join(a%d, %s);\n".formatted(root, root, value));
        }
        text.append("    }\n");
        for (int root = 0; root < program.roots(); root++) {
            text.append(
                    "    parts[(%d * p.chunks + chunk) * p.kept + result] = %s;\n"
                            .formatted(root, form.converts ? "finish(a" + root + ")" : "a" + root));
        }
        text.append("}\n");
        return new Variant(source, device.kernels().generated(text.toString(), "reduce"));
    }

    /// Which result and chunk a work-item has, and the elements of the chunk.
    private static final String PLACE =
            """
                const long item = get_global_id(0);
                if (item >= p.kept * p.chunks) return;
                const long chunk = p.inside ? item % p.chunks : item / p.kept;
                const long result = p.inside ? item / p.chunks : item % p.kept;
                const I first = min(chunk * p.way, p.joined);
                const I end = min(first + p.length, p.joined);
                I rest = result;
            """;

    /// The kernel that joins chunks of results, in order.
    private Kernel joiner(Join join, boolean last) {
        String text =
                join.functions()
                        + """
                        typedef struct { long kept, chunks, fewer, items; } P;
                        kernel void join_chunks(global const A* parts, global %s* to, const P p) {
                            const long item = get_global_id(0);
                            if (item >= p.items) return;
                            const long result = item %% p.kept, at = item / p.kept;
                            const long chunk = at %% p.fewer, root = at / p.fewer;
                            const long end = min((chunk + 1) * %d, p.chunks);
                            A a = %s;
                            for (long c = chunk * %d; c < end; c++) {
                                a = join(a, parts[(root * p.chunks + c) * p.kept + result]);
                            }
                            to[item] = %s;
                        }
                        """
                                .formatted(
                                        last ? join.result() : "A",
                                        JOINED_AT_ONCE,
                                        join.identity(),
                                        JOINED_AT_ONCE,
                                        last ? "finish(a)" : "a");
        return device.kernels().generated(text, "join_chunks");
    }
}
