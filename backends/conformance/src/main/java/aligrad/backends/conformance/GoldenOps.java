package aligrad.backends.conformance;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.Contractions;
import aligrad.tensor.DType;
import aligrad.tensor.Movements;
import aligrad.tensor.Selections;
import aligrad.tensor.Tensor;
import aligrad.tensor.UnaryOp;
import aligrad.tensor.Window2d;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// How each operation of the golden files, which carry PyTorch's names and conventions, is written
/// here.
final class GoldenOps {

    private GoldenOps() {}

    static List<Tensor> compute(GoldenOptions options, List<Tensor> operands) {
        Tensor x = operands.getFirst();
        return switch (options.op()) {
            case "sort" -> {
                int axis = options.whole("axis");
                boolean descending = options.flag("descending");
                yield List.of(x.sort(axis, descending), x.argsort(axis, descending));
            }
            case "topk" -> topK(x, options);
            case "split" -> x.split(options.whole("axis"), options.list("sizes"));
            default -> List.of(single(options, operands.toArray(Tensor[]::new)));
        };
    }

    private static Tensor single(GoldenOptions options, Tensor... x) {
        return switch (options.op()) {
            case "gelu" -> x[0].gelu();
            case "silu" -> x[0].silu();
            case "equal" -> x[0].eq(x[1]);
            case "not_equal" -> x[0].ne(x[1]);
            case "less" -> x[0].lt(x[1]);
            case "less_equal" -> x[0].le(x[1]);
            case "greater" -> x[0].gt(x[1]);
            case "greater_equal" -> x[0].ge(x[1]);
            case "maximum" -> x[0].maximum(x[1]);
            case "minimum" -> x[0].minimum(x[1]);
            case "where" -> x[0].where(x[1], x[2]);
            case "clip" -> clip(x[0], options);
            case "add", "sub", "mul", "div", "pow", "atan2" ->
                    Methods.apply(BinaryOp.valueOf(upper(options)), x[0], x[1]);
            case "neg",
                    "abs",
                    "sign",
                    "square",
                    "sqrt",
                    "rsqrt",
                    "reciprocal",
                    "exp",
                    "expm1",
                    "log",
                    "log1p",
                    "sin",
                    "cos",
                    "tan",
                    "asin",
                    "acos",
                    "atan",
                    "sinh",
                    "cosh",
                    "tanh",
                    "sigmoid",
                    "softplus",
                    "erf",
                    "relu",
                    "floor",
                    "ceil",
                    "round",
                    "trunc" ->
                    Methods.apply(UnaryOp.valueOf(upper(options)), x[0]);
            case "sum" -> reduce(options, x[0], y -> y.sum(options.list("axes")));
            case "mean" -> reduce(options, x[0], y -> y.mean(options.list("axes")));
            case "max" -> reduce(options, x[0], y -> y.max(options.list("axes")));
            case "min" -> reduce(options, x[0], y -> y.min(options.list("axes")));
            case "prod" -> reduce(options, x[0], y -> y.prod(options.list("axes")));
            case "logsumexp" -> reduce(options, x[0], y -> y.logSumExp(options.list("axes")));
            case "variance" ->
                    reduce(
                            options,
                            x[0],
                            y -> y.variance(options.whole("correction"), options.list("axes")));
            case "std" ->
                    reduce(
                            options,
                            x[0],
                            y -> y.std(options.whole("correction"), options.list("axes")));
            case "norm" ->
                    reduce(
                            options,
                            x[0],
                            y ->
                                    options.whole("order") == 1
                                            ? y.abs().sum(options.list("axes"))
                                            : y.norm(options.list("axes")));
            case "argmax", "argmin" -> extreme(options, x[0]);
            case "softmax" -> x[0].softmax(options.whole("axis"));
            case "log_softmax" -> x[0].logSoftmax(options.whole("axis"));
            case "cumsum" ->
                    options.flag("exclusive")
                            ? x[0].cumsumExclusive(options.whole("axis"))
                            : x[0].cumsum(options.whole("axis"));
            case "cumprod" ->
                    options.flag("exclusive")
                            ? x[0].cumprodExclusive(options.whole("axis"))
                            : x[0].cumprod(options.whole("axis"));
            case "argsort" -> x[0].argsort(options.whole("axis"), options.flag("descending"));
            case "matmul" -> x[0].matmul(x[1]);
            case "einsum" -> Contractions.einsum(options.text("equation"), x);
            case "linear" ->
                    options.flag("bias")
                            ? x[0].affine(x[1].transpose(), x[2])
                            : x[0].matmul(x[1].transpose());
            case "one_hot" -> x[0].oneHot(options.whole("classes")).to(DType.F64);
            case "gather" -> x[0].takeAlong(options.whole("axis"), x[1]);
            case "index_select" -> x[0].gather(options.whole("axis"), x[1]);
            case "embedding" -> x[1].gather(0, x[0]);
            case "scatter_add" -> {
                int axis = options.whole("axis");
                yield x[0].add(x[2].putAlongAdd(axis, x[1], x[0].extent(axis)));
            }
            case "index_add" -> {
                int axis = options.whole("axis");
                yield x[0].add(x[2].gatherAdd(axis, x[1], x[0].extent(axis)));
            }
            case "conv2d" -> {
                Tensor y =
                        x[0].conv2d(
                                x[1],
                                window(options, x[1].extent(1), x[1].extent(2)),
                                options.whole("groups"));
                yield options.flag("bias") ? y.add(x[2]) : y;
            }
            case "max_pool2d" -> x[0].maxPool2d(window(options));
            case "avg_pool2d" ->
                    x[0].averagePool2d(window(options), options.flag("count_include_pad"));
            case "global_avg_pool2d" -> x[0].meanKeep(1, 2);
            default -> movement(options, x);
        };
    }

    private static Tensor movement(GoldenOptions options, Tensor... x) {
        return switch (options.op()) {
            case "slice" -> {
                Tensor y = x[0];
                for (int axis = 0; axis < x[0].shape().rank(); axis++) {
                    y =
                            y.slice(
                                    axis,
                                    options.list("starts")[axis],
                                    options.list("stops")[axis],
                                    options.list("steps")[axis]);
                }
                yield y;
            }
            case "flip" -> {
                Tensor y = x[0];
                for (int axis : options.list("axes")) {
                    y = y.flip(axis);
                }
                yield y;
            }
            case "permute" -> x[0].permute(options.list("axes"));
            case "reshape" -> x[0].reshape(options.list("shape"));
            case "reshape_of_permuted" ->
                    x[0].permute(options.list("axes")).reshape(options.list("shape"));
            case "expand" -> x[0].expand(options.list("shape"));
            case "concat" -> Movements.concat(options.whole("axis"), x);
            case "stack" -> Movements.stack(options.whole("axis"), x);
            case "pad" ->
                    x[0].pad(
                            options.list("before"), options.list("after"), options.number("value"));
            case "tril" -> x[0].lowerTriangle(options.whole("diagonal"));
            case "triu" -> x[0].upperTriangle(options.whole("diagonal"));
            case "diagonal" -> diagonal(x[0], options.whole("diagonal"));
            case "diagonal_embed" -> embedded(x[0], options.whole("diagonal"));
            default ->
                    throw new IllegalArgumentException("no operation for golden case " + options);
        };
    }

    private static String upper(GoldenOptions options) {
        return options.op().toUpperCase(Locale.ROOT);
    }

    private static Tensor clip(Tensor x, GoldenOptions options) {
        Tensor raised = options.has("min") ? x.maximum(options.number("min")) : x;
        return options.has("max") ? raised.minimum(options.number("max")) : raised;
    }

    private static Tensor reduce(
            GoldenOptions options, Tensor x, Function<Tensor, Tensor> reduction) {
        Tensor y = reduction.apply(x);
        if (!options.flag("keepdim")) {
            return y;
        }
        int[] kept = x.shape().toArray();
        for (int axis : options.list("axes")) {
            kept[axis] = 1;
        }
        return y.reshape(kept);
    }

    private static Tensor extreme(GoldenOptions options, Tensor x) {
        Tensor from = options.has("axis") ? x : x.reshape(-1);
        int axis = options.has("axis") ? options.whole("axis") : 0;
        Tensor y = options.op().equals("argmax") ? from.argmax(axis) : from.argmin(axis);
        return options.flag("keepdim") ? y.unsqueeze(axis) : y;
    }

    private static List<Tensor> topK(Tensor x, GoldenOptions options) {
        boolean largest = options.flag("largest");
        Selections.TopK top =
                (largest ? x : x.neg()).topK(options.whole("k"), options.whole("axis"));
        return List.of(largest ? top.values() : top.values().neg(), top.indices());
    }

    private static Window2d window(GoldenOptions options) {
        return window(options, options.list("kernel")[0], options.list("kernel")[1]);
    }

    private static Window2d window(GoldenOptions options, int height, int width) {
        int[] stride = options.list("stride");
        int[] padding = options.list("padding");
        int[] dilation = options.has("dilation") ? options.list("dilation") : new int[] {1, 1};
        return Window2d.of(height, width)
                .withStride(stride[0], stride[1])
                .withPadding(padding[0], padding[1])
                .withDilation(dilation[0], dilation[1]);
    }

    /// Diagonal `k` of the last two axes, which need not be equal.
    private static Tensor diagonal(Tensor x, int k) {
        int row = Math.max(0, -k);
        int column = Math.max(0, k);
        int n = Math.min(x.extent(-2) - row, x.extent(-1) - column);
        return x.slice(-2, row, row + n).slice(-1, column, column + n).diagonal();
    }

    /// Matrices with `x` on diagonal `k`.
    private static Tensor embedded(Tensor x, int k) {
        int rank = x.shape().rank() + 1;
        int[] before = new int[rank];
        int[] after = new int[rank];
        before[rank - 2] = Math.max(0, -k);
        after[rank - 2] = Math.max(0, k);
        before[rank - 1] = Math.max(0, k);
        after[rank - 1] = Math.max(0, -k);
        return x.diagonalMatrix().pad(before, after, 0);
    }
}
