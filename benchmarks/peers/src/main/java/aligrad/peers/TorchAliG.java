package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import java.util.Arrays;

/// ALI-G as its authors' PyTorch program has it, in place: `γ = min(η, ℓ / (‖g‖² + ε))`, `v ← μ v -
/// γ g`, `w ← w - γ g + μ v`.
final class TorchAliG {

    /// Where `γ g` and `μ v` are written. PyTorch's `add_(g, alpha=-γ)` would write them nowhere,
    /// but DJL does not pass `alpha` on.
    enum Products {
        /// Into new arrays: fewer passes, but large ones come from the system page by page.
        NEW,
        /// Into arrays that are kept: a copy more each.
        KEPT
    }

    private final Products products;
    private final NDArray[] scratch;
    private final NDArray[] parameters;
    private final NDArray[] momenta;
    private final double maxLearningRate;
    private final double epsilon;
    private final NDArray mu;

    /// @param momentum μ; 0 for none
    TorchAliG(
            Products products,
            NDArray[] parameters,
            double maxLearningRate,
            double epsilon,
            double momentum) {
        this.products = products;
        this.parameters = parameters;
        scratch = products == Products.NEW ? new NDArray[0] : zerosLike(parameters);
        this.maxLearningRate = maxLearningRate;
        this.epsilon = epsilon;
        mu = Torch.scalar(momentum);
        momenta = momentum == 0 ? new NDArray[0] : zerosLike(parameters);
    }

    private static NDArray[] zerosLike(NDArray[] parameters) {
        return Arrays.stream(parameters).map(NDArray::zerosLike).toArray(NDArray[]::new);
    }

    /// Moves the parameters and returns ‖g‖.
    ///
    /// @param manager of what is computed on the way
    double step(NDManager manager, NDArray[] gradients, double loss) {
        NDArray squares = null;
        for (NDArray g : gradients) {
            // A dot product reads the gradient once and writes nothing; a square would be written.
            NDArray flat = g.flatten();
            flat.attach(manager);
            NDArray squared = flat.dot(flat);
            squares = squares == null ? squared : squares.add(squared);
        }
        double squaredNorm = squares == null ? 0 : squares.getFloat();
        double gamma = Math.min(maxLearningRate, loss / (squaredNorm + epsilon));
        NDArray rate = manager.create((float) gamma);
        for (int i = 0; i < parameters.length; i++) {
            NDArray step = product(i, gradients[i], rate);
            parameters[i].subi(step);
            if (momenta.length > 0) {
                momenta[i].muli(mu).subi(step);
                release(step);
                step = product(i, momenta[i], mu);
                parameters[i].addi(step);
            }
            release(step);
        }
        return Math.sqrt(squaredNorm);
    }

    private NDArray product(int i, NDArray x, NDArray factor) {
        return switch (products) {
            case NEW -> x.mul(factor);
            case KEPT -> {
                Torch.copy(x, scratch[i]);
                yield scratch[i].muli(factor);
            }
        };
    }

    private void release(NDArray product) {
        if (products == Products.NEW) {
            product.close();
        }
    }
}
