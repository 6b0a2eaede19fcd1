package aligrad.autograd;

import aligrad.tensor.Contractions;
import aligrad.tensor.Movements;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import java.util.Arrays;
import java.util.List;

/// The operations of the golden values, written with tensors.
final class GoldenOps {

    private GoldenOps() {}

    /// The results for inputs `x`.
    static List<Tensor> apply(GoldenCase c, Tensor... x) {
        return switch (c.text("op")) {
            case "split" -> x[0].split(c.whole("axis"), c.list("sizes"));
            case "sort" -> {
                int axis = c.whole("axis");
                boolean descending = c.is("descending");
                yield List.of(x[0].sort(axis, descending), x[0].argsort(axis, descending));
            }
            case "topk" -> {
                Tensor signed = c.is("largest") ? x[0] : x[0].neg();
                var top = signed.topK(c.whole("k"), c.whole("axis"));
                yield List.of(c.is("largest") ? top.values() : top.values().neg(), top.indices());
            }
            default -> List.of(one(c, x));
        };
    }

    private static Tensor one(GoldenCase c, Tensor[] x) {
        Tensor a = x[0];
        return switch (c.text("op")) {
            case "neg" -> a.neg();
            case "abs" -> a.abs();
            case "sign" -> a.sign();
            case "square" -> a.square();
            case "sqrt" -> a.sqrt();
            case "rsqrt" -> a.rsqrt();
            case "reciprocal" -> a.reciprocal();
            case "exp" -> a.exp();
            case "expm1" -> a.expm1();
            case "log" -> a.log();
            case "log1p" -> a.log1p();
            case "sin" -> a.sin();
            case "cos" -> a.cos();
            case "tan" -> a.tan();
            case "asin" -> a.asin();
            case "acos" -> a.acos();
            case "atan" -> a.atan();
            case "sinh" -> a.sinh();
            case "cosh" -> a.cosh();
            case "tanh" -> a.tanh();
            case "sigmoid" -> a.sigmoid();
            case "softplus" -> a.softplus();
            case "erf" -> a.erf();
            case "relu" -> a.relu();
            case "gelu" -> a.gelu();
            case "silu" -> a.silu();
            case "floor" -> a.floor();
            case "ceil" -> a.ceil();
            case "round" -> a.round();
            case "trunc" -> a.trunc();
            case "add" -> a.add(x[1]);
            case "sub" -> a.sub(x[1]);
            case "mul" -> a.mul(x[1]);
            case "div" -> a.div(x[1]);
            case "pow" -> a.pow(x[1]);
            case "maximum" -> a.maximum(x[1]);
            case "minimum" -> a.minimum(x[1]);
            case "atan2" -> a.atan2(x[1]);
            case "where" -> a.where(x[1], x[2]);
            case "clip" -> clipped(c, a);
            case "sum", "mean", "max", "min", "prod", "logsumexp", "variance", "std", "norm" ->
                    reduced(c, a);
            case "softmax" -> a.softmax(c.whole("axis"));
            case "log_softmax" -> a.logSoftmax(c.whole("axis"));
            case "cumsum" ->
                    c.is("exclusive")
                            ? a.cumsumExclusive(c.whole("axis"))
                            : a.cumsum(c.whole("axis"));
            case "cumprod" ->
                    c.is("exclusive")
                            ? a.cumprodExclusive(c.whole("axis"))
                            : a.cumprod(c.whole("axis"));
            case "slice" -> sliced(c, a);
            case "flip" -> flipped(c, a);
            case "permute" -> a.permute(c.list("axes"));
            case "reshape" -> a.reshape(c.list("shape"));
            case "reshape_of_permuted" -> a.permute(c.list("axes")).reshape(c.list("shape"));
            case "expand" -> a.expand(c.list("shape"));
            case "concat" -> Movements.concat(c.whole("axis"), x);
            case "stack" -> Movements.stack(c.whole("axis"), x);
            case "pad" -> a.pad(c.list("before"), c.list("after"), c.number("value"));
            case "tril" -> a.lowerTriangle(c.whole("diagonal"));
            case "triu" -> a.upperTriangle(c.whole("diagonal"));
            case "diagonal" -> diagonal(a, c.whole("diagonal"));
            case "diagonal_embed" -> diagonalMatrix(a, c.whole("diagonal"));
            case "gather" -> a.takeAlong(c.whole("axis"), x[1]);
            case "index_select" -> a.gather(c.whole("axis"), x[1]);
            case "scatter_add" ->
                    a.add(x[2].putAlongAdd(c.whole("axis"), x[1], a.extent(c.whole("axis"))));
            case "index_add" ->
                    a.add(x[2].gatherAdd(c.whole("axis"), x[1], a.extent(c.whole("axis"))));
            case "embedding" -> x[1].gather(0, a);
            case "matmul" -> a.matmul(x[1]);
            case "einsum" -> einsum(c.text("equation"), x);
            case "linear" ->
                    c.is("bias") ? a.affine(x[1].transpose(), x[2]) : a.matmul(x[1].transpose());
            case "conv2d" -> convolved(c, x);
            case "max_pool2d" -> a.maxPool2d(window(c, c.list("kernel")));
            case "avg_pool2d" ->
                    a.averagePool2d(window(c, c.list("kernel")), c.is("count_include_pad"));
            case "global_avg_pool2d" -> a.meanKeep(1, 2);
            case "batch_norm" -> batchNormalized(c, x);
            case "layer_norm" -> layerNormalized(c, x);
            case "group_norm" -> groupNormalized(c, x);
            default -> throw new IllegalArgumentException("golden case " + c);
        };
    }

    private static Tensor clipped(GoldenCase c, Tensor a) {
        if (c.hasOption("min") && c.hasOption("max")) {
            return a.clip(c.number("min"), c.number("max"));
        }
        return c.hasOption("min") ? a.maximum(c.number("min")) : a.minimum(c.number("max"));
    }

    private static Tensor reduced(GoldenCase c, Tensor a) {
        int[] axes = c.list("axes");
        Tensor y =
                switch (c.text("op")) {
                    case "sum" -> a.sum(axes);
                    case "mean" -> a.mean(axes);
                    case "max" -> a.max(axes);
                    case "min" -> a.min(axes);
                    case "prod" -> a.prod(axes);
                    case "logsumexp" -> a.logSumExp(axes);
                    case "variance" -> a.variance(c.whole("correction"), axes);
                    case "std" -> a.std(c.whole("correction"), axes);
                    case "norm" -> c.number("order") == 2 ? a.norm(axes) : a.abs().sum(axes);
                    default -> throw new IllegalArgumentException("golden case " + c);
                };
        if (!c.is("keepdim")) {
            return y;
        }
        Shape kept = a.shape();
        for (int axis : axes) {
            kept = kept.with(axis, 1);
        }
        return y.reshape(kept.toArray());
    }

    private static Tensor sliced(GoldenCase c, Tensor a) {
        int[] starts = c.list("starts");
        Tensor y = a;
        for (int i = 0; i < starts.length; i++) {
            y = y.slice(i, starts[i], c.list("stops")[i], c.list("steps")[i]);
        }
        return y;
    }

    private static Tensor flipped(GoldenCase c, Tensor a) {
        Tensor y = a;
        for (int axis : c.list("axes")) {
            y = y.flip(axis);
        }
        return y;
    }

    /// The `k`-th diagonal is the main one of a part.
    private static Tensor diagonal(Tensor a, int k) {
        int rows = a.extent(-2);
        int columns = a.extent(-1);
        int n = Math.min(rows - Math.max(-k, 0), columns - Math.max(k, 0));
        return a.slice(-2, Math.max(-k, 0), Math.max(-k, 0) + n)
                .slice(-1, Math.max(k, 0), Math.max(k, 0) + n)
                .diagonal();
    }

    private static Tensor diagonalMatrix(Tensor a, int k) {
        int rank = a.shape().rank() + 1;
        int[] before = new int[rank];
        int[] after = new int[rank];
        before[rank - 1] = Math.max(k, 0);
        after[rank - 2] = Math.max(k, 0);
        before[rank - 2] = Math.max(-k, 0);
        after[rank - 1] = Math.max(-k, 0);
        return a.diagonalMatrix().pad(before, after, 0);
    }

    private static Tensor einsum(String equation, Tensor[] x) {
        return switch (equation) {
            case "bn,anm,bm->ba" ->
                    Contractions.einsum(
                            "bam,bm->ba", Contractions.einsum("bn,anm->bam", x[0], x[1]), x[2]);
            case "...ij,...jk->...ik" -> x[0].matmul(x[1]);
            case "ij,jk" -> Contractions.einsum("ij,jk->ik", x);
            default -> Contractions.einsum(equation, x);
        };
    }

    private static Window2d window(GoldenCase c, int[] kernel) {
        int[] stride = c.list("stride");
        int[] padding = c.list("padding");
        int[] dilation = c.hasOption("dilation") ? c.list("dilation") : new int[] {1, 1};
        return Window2d.of(kernel[0], kernel[1])
                .withStride(stride[0], stride[1])
                .withPadding(padding[0], padding[1])
                .withDilation(dilation[0], dilation[1]);
    }

    private static Tensor convolved(GoldenCase c, Tensor[] x) {
        int[] kernel = {x[1].extent(1), x[1].extent(2)};
        Tensor y = x[0].conv2d(x[1], window(c, kernel), c.whole("groups"));
        return c.is("bias") ? y.add(x[2]) : y;
    }

    private static Tensor batchNormalized(GoldenCase c, Tensor[] x) {
        if (!c.is("training")) {
            Tensor mean = c.tensor("running_mean");
            return normalized(c, x[0].sub(mean), c.tensor("running_variance"), x);
        }
        int[] axes = range(0, x[0].shape().rank() - 1);
        Tensor centred = x[0].sub(x[0].meanKeep(axes));
        return normalized(c, centred, x[0].varianceKeep(0, axes), x);
    }

    private static Tensor layerNormalized(GoldenCase c, Tensor[] x) {
        int rank = x[0].shape().rank();
        int[] axes = range(rank - c.whole("axes"), rank);
        Tensor centred = x[0].sub(x[0].meanKeep(axes));
        return normalized(c, centred, x[0].varianceKeep(0, axes), x);
    }

    private static Tensor groupNormalized(GoldenCase c, Tensor[] x) {
        int groups = c.whole("groups");
        int[] extents = x[0].shape().toArray();
        int last = extents.length - 1;
        int[] grouped = Arrays.copyOf(extents, last + 2);
        grouped[last] = groups;
        grouped[last + 1] = extents[last] / groups;
        Tensor y = x[0].reshape(grouped);
        int[] axes = range(1, last + 1);
        axes[axes.length - 1] = last + 1;
        Tensor centred = y.sub(y.meanKeep(axes));
        Tensor scaled = centred.mul(y.varianceKeep(0, axes).add(c.number("epsilon")).rsqrt());
        return scaled.reshape(extents).mul(x[1]).add(x[2]);
    }

    private static Tensor normalized(GoldenCase c, Tensor centred, Tensor variance, Tensor[] x) {
        Tensor y = centred.mul(variance.add(c.number("epsilon")).rsqrt());
        return x.length == 1 ? y : y.mul(x[1]).add(x[2]);
    }

    private static int[] range(int from, int to) {
        int[] axes = new int[to - from];
        Arrays.setAll(axes, i -> from + i);
        return axes;
    }
}
