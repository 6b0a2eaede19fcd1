package aligrad.nn;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

/// How the initial values of a parameter are drawn.
public sealed interface Initializer {

    /// How many inputs feed a unit of the layer, and how many units an input feeds. For a
    /// convolution both count the places of the kernel: `in = kh·kw·C/groups`, `out = kh·kw·O`.
    record Fan(int in, int out) {}

    /// The initial values, `F32`.
    Tensor draw(Shape shape, Fan fan, Random random);

    /// The same number everywhere.
    record Constant(double value) implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return Tensor.full(value, DType.F32, shape.toArray());
        }
    }

    /// Uniform in ±`bound`.
    record Uniform(double bound) implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return random.uniform(-bound, bound, shape);
        }
    }

    /// Uniform in ±1/√in: what linear and convolutional layers start with unless told otherwise, in
    /// weights and biases.
    record FanInUniform() implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return new Uniform(1 / Math.sqrt(fan.in)).draw(shape, fan, random);
        }
    }

    /// Normal with mean 0.
    record Normal(double deviation) implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return random.normal(0, deviation, shape.toArray());
        }
    }

    /// Normal with variance `2/in`, which keeps the size of activations through ReLU layers.
    /// Source: He, Zhang, Ren, Sun, *Delving Deep into Rectifiers*, ICCV 2015, equation 10.
    record HeFanIn() implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return new Normal(Math.sqrt(2.0 / fan.in)).draw(shape, fan, random);
        }
    }

    /// Normal with variance `2/out`, which keeps the size of gradients: what the convolutions of
    /// residual and dense networks start with. Source: as [HeFanIn], equation 14.
    record HeFanOut() implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return new Normal(Math.sqrt(2.0 / fan.out)).draw(shape, fan, random);
        }
    }

    /// Uniform in ±√(6/(in + out)). Source: Glorot, Bengio, *Understanding the Difficulty of
    /// Training Deep Feedforward Neural Networks*, AISTATS 2010, equation 16.
    record GlorotUniform() implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return new Uniform(Math.sqrt(6.0 / (fan.in + fan.out))).draw(shape, fan, random);
        }
    }

    /// Normal with deviation 1/√in, drawn again beyond two deviations.
    record FanInTruncatedNormal() implements Initializer {
        @Override
        public Tensor draw(Shape shape, Fan fan, Random random) {
            return random.truncatedNormal(0, 1 / Math.sqrt(fan.in), shape.toArray());
        }
    }
}
