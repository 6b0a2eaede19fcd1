package aligrad.optim;

import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import java.util.List;

/// Moves parameters to the nearest point of an admissible set: ALI-G's form of regularization.
///
/// An optimizer applies it when it is made and after every step.
public sealed interface Projection {

    /// Moves the parameters and returns by what they were multiplied; 1 if they were admissible.
    double apply(List<Parameter> parameters);

    /// Everything is admissible.
    static Projection none() {
        return new None();
    }

    /// The ball `‖w‖ <= radius` around 0 over all parameters together: weights, biases, scales and
    /// shifts. Running statistics and momentum are left alone.
    ///
    /// @throws IllegalArgumentException if the radius is not above 0
    static Projection l2Ball(double radius) {
        return new L2Ball(radius);
    }

    /// See [#none].
    record None() implements Projection {
        @Override
        public double apply(List<Parameter> parameters) {
            return 1;
        }
    }

    /// See [#l2Ball].
    record L2Ball(double radius) implements Projection {
        public L2Ball {
            if (!(radius > 0)) {
                throw new IllegalArgumentException(
                        "projection onto a ball of radius " + radius + ": it must be above 0");
            }
        }

        @Override
        public double apply(List<Parameter> parameters) {
            double squared = 0;
            for (Parameter p : parameters) {
                squared += p.value().detach().squaredNorm().item();
            }
            double norm = Math.sqrt(squared);
            if (!(norm > radius)) {
                return 1;
            }
            double ratio = radius / norm;
            for (Parameter p : parameters) {
                Variable.assign(new Variable[] {p}, new Tensor[] {p.value().mul(ratio)});
            }
            return ratio;
        }
    }
}
