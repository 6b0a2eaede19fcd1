package aligrad.optim;

import aligrad.tensor.Device;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Moves parameters to the nearest point of an admissible set: ALI-G's form of regularization.
///
/// An optimizer applies it when it is made and after every step.
public sealed interface Projection {

    /// Moves the parameters and returns by what they were multiplied; 1 if they were admissible.
    double apply(List<Parameter> parameters);

    /// The same without waiting for the device of the parameters, which finds out itself; where
    /// `taken`, a rank-0 `BOOL` of that device, is false, nothing moves.
    ///
    /// @return by what the parameters were multiplied, rank-0 `F64`; `null` where that is always 1
    @Nullable Tensor apply(List<Parameter> parameters, Tensor taken);

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

        @Override
        public @Nullable Tensor apply(List<Parameter> parameters, Tensor taken) {
            return null;
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
            double norm = Math.sqrt(SquaredNorms.read(values(parameters)));
            if (!(norm > radius)) {
                return 1;
            }
            double ratio = radius / norm;
            scale(parameters, new Factor.OnHost(ratio));
            return ratio;
        }

        @Override
        public Tensor apply(List<Parameter> parameters, Tensor taken) {
            Tensor norm = SquaredNorms.on(taken.device(), values(parameters)).sqrt();
            Tensor scaled = Device.use(taken.device(), () -> Tensor.scalar(radius)).div(norm);
            Tensor ratio = norm.evaluate().gt(radius).and(taken).where(scaled, 1);
            scale(parameters, new Factor.OnDevice(ratio.evaluate()));
            return ratio;
        }

        private static List<Tensor> values(List<Parameter> parameters) {
            return parameters.stream().map(p -> p.value().detach()).toList();
        }

        private static void scale(List<Parameter> parameters, Factor ratio) {
            for (Parameter p : parameters) {
                Variable.assign(new Variable[] {p}, new Tensor[] {ratio.of(p.value())});
            }
        }
    }
}
