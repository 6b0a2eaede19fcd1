package aligrad.tensor;

import java.util.List;
import java.util.function.UnaryOperator;

/// The same operation on other inputs of the same shapes and types.
final class Substitution {

    private Substitution() {}

    /// `op` with every input replaced by what `f` says.
    static Computation of(Computation op, UnaryOperator<Tensor> f) {
        return switch (op) {
            case Reduction.Reduce(var join, var x, var axes, var shape) ->
                    new Reduction.Reduce(join, f.apply(x), axes, shape);
            case Reduction.Sums(var xs, var axes, var shape) ->
                    new Reduction.Sums(xs.stream().map(f).toList(), axes, shape);
            case Reduction.SquaredNorm(var xs) ->
                    new Reduction.SquaredNorm(xs.stream().map(f).toList());
            case Contraction.Matmul(var a, var b, var bias, var shape) ->
                    new Contraction.Matmul(
                            f.apply(a), f.apply(b), bias == null ? null : f.apply(bias), shape);
            case Convolution.Forward(var x, var filter, var window, var groups, var shape) ->
                    new Convolution.Forward(f.apply(x), f.apply(filter), window, groups, shape);
            case Convolution.InputGradient(var g, var filter, var window, var groups, var shape) ->
                    new Convolution.InputGradient(
                            f.apply(g), f.apply(filter), window, groups, shape);
            case Convolution.FilterGradient(var x, var g, var window, var groups, var shape) ->
                    new Convolution.FilterGradient(f.apply(x), f.apply(g), window, groups, shape);
            case Pooling.MaxPick(var x, var v, var window, var shape) ->
                    new Pooling.MaxPick(f.apply(x), f.apply(v), window, shape);
            case Pooling.MaxSpread(var x, var g, var window) ->
                    new Pooling.MaxSpread(f.apply(x), f.apply(g), window);
            case Pooling.Average(var x, var window, var includePadding, var shape) ->
                    new Pooling.Average(f.apply(x), window, includePadding, shape);
            case Pooling.AverageSpread(var g, var window, var includePadding, var shape) ->
                    new Pooling.AverageSpread(f.apply(g), window, includePadding, shape);
            case Assemble(var shape, var dtype, var pieces, var background, var apart, var all) ->
                    new Assemble(shape, dtype, pieces(pieces, f), background, apart, all);
            case Indexing.Gather(var x, var index, var axis, var shape) ->
                    new Indexing.Gather(f.apply(x), f.apply(index), axis, shape);
            case Indexing.GatherAdd(var source, var index, var axis, var shape) ->
                    new Indexing.GatherAdd(f.apply(source), f.apply(index), axis, shape);
            case Indexing.TakeAlong(var x, var index, var axis) ->
                    new Indexing.TakeAlong(f.apply(x), f.apply(index), axis);
            case Indexing.PutAlongAdd(var source, var index, var axis, var shape) ->
                    new Indexing.PutAlongAdd(f.apply(source), f.apply(index), axis, shape);
            case Ordering.ArgSort(var x, var axis, var descending) ->
                    new Ordering.ArgSort(f.apply(x), axis, descending);
            case Ordering.ArgExtreme(var x, var axis, var largest) ->
                    new Ordering.ArgExtreme(f.apply(x), axis, largest);
            case Scan.Recurrence(var a, var b, var axis, var reverse) ->
                    new Scan.Recurrence(f.apply(a), f.apply(b), axis, reverse);
            case Normalization.Softmax(var x, var axis) ->
                    new Normalization.Softmax(f.apply(x), axis);
            case Normalization.LogSoftmax(var x, var axis) ->
                    new Normalization.LogSoftmax(f.apply(x), axis);
            case Transfer(var x, var device) -> new Transfer(f.apply(x), device);
            case Custom custom ->
                    throw new IllegalArgumentException(
                            custom.name() + " is made of other operations; replace their inputs");
        };
    }

    /// `op` with every input replaced by what `f` says.
    static Pointwise of(Pointwise op, UnaryOperator<Tensor> f) {
        return switch (op) {
            case Pointwise.Unary(var function, var x, var dtype) ->
                    new Pointwise.Unary(function, f.apply(x), dtype);
            case Pointwise.Binary(var function, var a, var b, var shape, var dtype) ->
                    new Pointwise.Binary(function, f.apply(a), f.apply(b), shape, dtype);
            case Pointwise.Where(var condition, var a, var b, var shape) ->
                    new Pointwise.Where(f.apply(condition), f.apply(a), f.apply(b), shape);
            case Pointwise.Cast(var x, var dtype) -> new Pointwise.Cast(f.apply(x), dtype);
            case Pointwise.Fill fill -> fill;
            case Pointwise.Uniform uniform -> uniform;
        };
    }

    private static List<Assemble.Piece> pieces(
            List<Assemble.Piece> pieces, UnaryOperator<Tensor> f) {
        return pieces.stream()
                .map(p -> new Assemble.Piece(f.apply(p.x()), p.starts(), p.steps()))
                .toList();
    }
}
