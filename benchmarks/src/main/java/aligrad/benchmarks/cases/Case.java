package aligrad.benchmarks.cases;

import java.util.List;

/// One comparison: what both sides compute, from the inputs of [Inputs].
///
/// Both sides are a `switch` over the kinds without `default`, so a kind that one side lacks does
/// not compile. Shapes are Aligrad's: images `(N, H, W, C)`, filters `(out, kh, kw, in)`.
public sealed interface Case {

    /// The name on the command line.
    String name();

    /// Floating-point operations of one run, a multiplication and an addition counted as two; 0
    /// where arithmetic is not what it takes.
    default double flops() {
        return 0;
    }

    /// Bytes that one run must move between memory and processor; 0 where they fit into caches.
    default double bytes() {
        return 0;
    }

    /// How much longer than a single kernel this takes to become warm.
    default int warmUp() {
        return 1;
    }

    /// How far the numbers of both sides may differ, relative to the larger one.
    default double tolerance() {
        return 1e-4;
    }

    /// With whom it is compared.
    default List<Peer> peers() {
        return List.of(Peer.LIBTORCH);
    }

    /// `C = A·B` of square matrices.
    record Gemm(String name, int n) implements Case {
        @Override
        public double flops() {
            return 2.0 * n * n * n;
        }

        @Override
        public List<Peer> peers() {
            return List.of(Peer.LIBTORCH, Peer.OPENBLAS);
        }
    }

    /// A convolution forward, and backward to images and filters.
    record Convolution(
            String name, int batch, int in, int out, int size, int kernel, int stride, int padding)
            implements Case {

        /// Height and width of the result.
        public int outputSize() {
            return (size + 2 * padding - kernel) / stride + 1;
        }

        @Override
        public double flops() {
            double places = (double) batch * outputSize() * outputSize();
            return 3 * 2 * places * out * kernel * kernel * in;
        }
    }

    /// A training step of a network: forward, loss, backward, and ALI-G's update with momentum.
    ///
    /// @param dropout with which probability numbers are dropped where the network has a place for
    ///   it
    record Network(
            String name, Architecture architecture, int batch, double momentum, double dropout)
            implements Case {

        /// ALI-G's η: small, since thousands of steps are taken on one batch, whose loss should
        /// stay far from 0.
        public static final double MAX_LEARNING_RATE = 1e-3;

        /// ALI-G's ε.
        public static final double EPSILON = 1e-5;

        /// What both sides check: without dropout, whose masks differ, and large networks with a
        /// few examples.
        public Network forCheck() {
            int examples = Math.min(batch, architecture.checked());
            return new Network(name, architecture, examples, momentum, 0);
        }

        @Override
        public double flops() {
            return batch * architecture.flops();
        }

        @Override
        public int warmUp() {
            return architecture.warmUp();
        }

        /// Less than what a step changes of the loss.
        @Override
        public double tolerance() {
            return architecture.tolerance();
        }
    }

    /// ALI-G's update with momentum of one parameter of `n` numbers, squared norm included.
    record Update(String name, int n) implements Case {

        public static final double MOMENTUM = 0.9;
        public static final double EPSILON = 1e-5;

        /// The loss ℓ, such that the step does not depend on `n`.
        public double loss() {
            return 1e-4 * n;
        }

        /// The gradient is read twice, weight and momentum are read and written.
        @Override
        public double bytes() {
            double numbers = 6.0 * n;
            boolean fitsIntoCaches = 3L * Float.BYTES * n < 64 << 20;
            return fitsIntoCaches ? 0 : Float.BYTES * numbers;
        }
    }

    /// `z·sigmoid(z) + a` of `z = a·b + 0.5`: five operations on `n` elements.
    record Chain(String name, int n) implements Case {}

    /// Layer normalization of rows of `width` numbers with scale and shift, forward, and backward
    /// to the rows, the scale and the shift.
    record LayerNorm(String name, int rows, int width) implements Case {

        public static final double EPSILON = 1e-5;
    }

    /// The mean cross-entropy of softmax scores with labels, forward, and backward to the scores.
    record SoftmaxCrossEntropy(String name, int batch, int classes) implements Case {}
}
