package aligrad.autograd;

import aligrad.tensor.Indexing;
import aligrad.tensor.Tensor;

/// Derivatives of indexing: reading and adding at the same places are adjoint.
final class IndexingDerivatives {

    private IndexingDerivatives() {}

    static void apply(Indexing op, Tensor g, Backward to) {
        switch (op) {
            case Indexing.Gather(var x, var index, var axis, _) ->
                    to.add(x, g.gatherAdd(axis, index, x.extent(axis)));
            case Indexing.GatherAdd(var source, var index, var axis, _) ->
                    to.add(source, g.gather(axis, index));
            case Indexing.TakeAlong(var x, var index, var axis) ->
                    to.add(x, g.putAlongAdd(axis, index, x.extent(axis)));
            case Indexing.PutAlongAdd(var source, var index, var axis, _) ->
                    to.add(source, g.takeAlong(axis, index));
        }
    }
}
