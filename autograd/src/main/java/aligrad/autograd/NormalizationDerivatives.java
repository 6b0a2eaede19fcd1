package aligrad.autograd;

import aligrad.tensor.Normalization;
import aligrad.tensor.Tensor;

/// Derivatives of softmax and its logarithm, from the result alone.
final class NormalizationDerivatives {

    private NormalizationDerivatives() {}

    static void apply(Normalization op, Tensor y, Tensor g, Backward to) {
        switch (op) {
            case Normalization.Softmax(var x, var axis) ->
                    to.add(x, y.mul(g.sub(g.mul(y).sumKeep(axis))));
            case Normalization.LogSoftmax(var x, var axis) ->
                    to.add(x, g.sub(y.exp().mul(g.sumKeep(axis))));
        }
    }
}
