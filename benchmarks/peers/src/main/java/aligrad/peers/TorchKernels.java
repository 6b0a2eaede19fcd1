package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Inputs;
import aligrad.benchmarks.cases.Workload;

import java.util.Arrays;

/// libtorch's kernels. Results belong to a manager that is closed after each run, which frees them.
final class TorchKernels {

    private TorchKernels() {}

    /// A matrix product.
    static final class Product implements Workload {
        private final NDArray a;
        private final NDArray b;

        Product(Case.Gemm c) {
            a = Torch.uniform("a", 1, c.n(), c.n());
            b = Torch.uniform("b", 1, c.n(), c.n());
        }

        @Override
        public void run() {
            a.matMul(b).close();
        }

        @Override
        public double[] check() {
            return Inputs.check(Torch.values(a.matMul(b)));
        }
    }

    /// The three passes of a convolution.
    static final class Passes implements Workload {
        private final Memory memory;
        private final NDArray x;
        private final NDArray filter;
        private final NDArray g;
        private final Shape stride;
        private final Shape padding;

        Passes(Case.Convolution c, Memory memory) {
            this.memory = memory;
            x = memory.images(Torch.uniform("x", 1, c.batch(), c.size(), c.size(), c.in()));
            filter =
                    memory.images(
                            Torch.uniform("filter", 1, c.out(), c.kernel(), c.kernel(), c.in()));
            g =
                    memory.images(
                            Torch.uniform(
                                    "g", 1, c.batch(), c.outputSize(), c.outputSize(), c.out()));
            stride = new Shape(c.stride(), c.stride());
            padding = new Shape(c.padding(), c.padding());
        }

        private NDArray[] passes(NDManager manager) {
            NDArray images = Torch.leaf(x);
            NDArray filters = Torch.leaf(filter);
            images.attach(manager);
            filters.attach(manager);
            NDArray y =
                    Torch.backward(
                            () ->
                                    Conv2d.conv2d(images, filters, null, stride, padding)
                                            .singletonOrThrow(),
                            g);
            return new NDArray[] {y, images.getGradient(), filters.getGradient()};
        }

        @Override
        public void run() {
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                passes(manager);
            }
        }

        @Override
        public double[] check() {
            double[] check = new double[6];
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                NDArray[] passes = passes(manager);
                for (int i = 0; i < passes.length; i++) {
                    NDArray channelsLast = passes[i].transpose(0, 2, 3, 1);
                    System.arraycopy(Inputs.check(Torch.values(channelsLast)), 0, check, 2 * i, 2);
                }
            }
            return check;
        }

        @Override
        public String note() {
            return memory.note();
        }
    }

    /// A chain of pointwise operations, one call each.
    static final class Pointwise implements Workload {
        private final NDArray a;
        private final NDArray b;
        private final NDArray half = Torch.scalar(0.5);

        Pointwise(Case.Chain c) {
            a = Torch.uniform("a", 1, c.n());
            b = Torch.uniform("b", 1, c.n());
        }

        private NDArray result(NDManager manager) {
            NDArray z = a.mul(b);
            z.attach(manager);
            z = z.add(half);
            return z.mul(Activation.sigmoid(z)).add(a);
        }

        @Override
        public void run() {
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                result(manager);
            }
        }

        @Override
        public double[] check() {
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                return Inputs.check(Torch.values(result(manager)));
            }
        }
    }

    /// Layer normalization, forward and backward, as one operation of PyTorch.
    static final class LayerNormPasses implements Workload {
        private final NDArray x;
        private final NDArray weight;
        private final NDArray bias;
        private final NDArray g;

        LayerNormPasses(Case.LayerNorm c) {
            x = Torch.uniform("x", 1, c.rows(), c.width());
            weight = Torch.uniform("weight", 1, c.width());
            bias = Torch.uniform("bias", 1, c.width());
            g = Torch.uniform("g", 1, c.rows(), c.width());
        }

        /// The result, and the gradients of rows, scale and shift.
        private NDArray[] passes(NDManager manager) {
            NDArray[] leaves = new NDArray[] {x, weight, bias};
            for (int i = 0; i < leaves.length; i++) {
                leaves[i] = Torch.leaf(leaves[i]);
                leaves[i].attach(manager);
            }
            NDArray y =
                    Torch.backward(
                            () ->
                                    JniUtils.layerNorm(
                                            (PtNDArray) leaves[0],
                                            weight.getShape(),
                                            (PtNDArray) leaves[1],
                                            (PtNDArray) leaves[2],
                                            Case.LayerNorm.EPSILON),
                            g);
            return new NDArray[] {
                y, leaves[0].getGradient(), leaves[1].getGradient(), leaves[2].getGradient()
            };
        }

        @Override
        public void run() {
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                passes(manager);
            }
        }

        @Override
        public double[] check() {
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                return Arrays.stream(passes(manager))
                        .flatMapToDouble(a -> Arrays.stream(Inputs.check(Torch.values(a))))
                        .toArray();
            }
        }
    }

    /// Softmax cross-entropy, forward and backward.
    static final class SoftmaxCrossEntropy implements Workload {
        private final NDArray scores;
        private final NDArray one = Torch.scalar(1);
        private final CrossEntropy crossEntropy;

        SoftmaxCrossEntropy(Case.SoftmaxCrossEntropy c) {
            scores = Torch.uniform("scores", 5, c.batch(), c.classes());
            crossEntropy = new CrossEntropy(c.batch(), c.classes());
        }

        /// The loss, and the gradient of the scores.
        private NDArray[] passes(NDManager manager) {
            NDArray leaf = Torch.leaf(scores);
            leaf.attach(manager);
            NDArray loss = Torch.backward(() -> crossEntropy.of(leaf), one);
            return new NDArray[] {loss, leaf.getGradient()};
        }

        @Override
        public void run() {
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                passes(manager);
            }
        }

        @Override
        public double[] check() {
            try (NDManager manager = Torch.MANAGER.newSubManager()) {
                NDArray[] passes = passes(manager);
                double[] gradient = Inputs.check(Torch.values(passes[1]));
                return new double[] {passes[0].getFloat(), gradient[0], gradient[1]};
            }
        }
    }
}
