package aligrad.benchmarks.versus;

import aligrad.autograd.Gradients;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Inputs;
import aligrad.benchmarks.cases.Workload;
import aligrad.nn.CrossEntropy;
import aligrad.nn.LayerNorm;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Aligrad's kernels, called as a program calls them, each run in a scope as in a training step.
final class OurKernels {

    private OurKernels() {}

    /// Numbers of [Inputs] as a tensor.
    static Tensor uniform(String name, double scale, int... extents) {
        int size = Arrays.stream(extents).reduce(1, Math::multiplyExact);
        return Tensor.of(Inputs.uniform(name, size, scale), extents);
    }

    /// A matrix product.
    static final class Product implements Workload {
        private final Tensor a;
        private final Tensor b;

        Product(Case.Gemm c) {
            a = uniform("a", 1, c.n(), c.n());
            b = uniform("b", 1, c.n(), c.n());
        }

        @Override
        public void run() {
            Scope.run("product", () -> a.matmul(b).evaluate());
        }

        @Override
        public double[] check() {
            return Inputs.check(a.matmul(b).toFloatArray());
        }
    }

    /// The three passes of a convolution.
    static final class Passes implements Workload {
        private final Window2d window;
        private final Tensor x;
        private final Tensor filter;
        private final Tensor g;

        Passes(Case.Convolution c) {
            window = Window2d.of(c.kernel()).withPadding(c.padding()).withStride(c.stride());
            x = uniform("x", 1, c.batch(), c.size(), c.size(), c.in()).track();
            filter = uniform("filter", 1, c.out(), c.kernel(), c.kernel(), c.in()).track();
            g = uniform("g", 1, c.batch(), c.outputSize(), c.outputSize(), c.out());
        }

        @Override
        public void run() {
            Scope.run(
                    "passes",
                    () -> {
                        Gradients gradients = Gradients.of(x.conv2d(filter, window, 1), g);
                        gradients.wrt(x).evaluate();
                        gradients.wrt(filter).evaluate();
                    });
        }

        @Override
        public double[] check() {
            Tensor y = x.conv2d(filter, window, 1);
            Gradients gradients = Gradients.of(y, g);
            double[] forward = Inputs.check(y.toFloatArray());
            double[] images = Inputs.check(gradients.wrt(x).toFloatArray());
            double[] filters = Inputs.check(gradients.wrt(filter).toFloatArray());
            return new double[] {
                forward[0], forward[1], images[0], images[1], filters[0], filters[1]
            };
        }
    }

    /// A chain of pointwise operations.
    static final class Pointwise implements Workload {
        private final Tensor a;
        private final Tensor b;

        Pointwise(Case.Chain c) {
            a = uniform("a", 1, c.n());
            b = uniform("b", 1, c.n());
        }

        private Tensor result() {
            Tensor z = a.mul(b).add(0.5);
            return z.mul(z.sigmoid()).add(a);
        }

        @Override
        public void run() {
            Scope.run("chain", () -> result().evaluate());
        }

        @Override
        public double[] check() {
            return Inputs.check(result().toFloatArray());
        }
    }

    /// Layer normalization, forward and backward.
    static final class LayerNormPasses implements Workload {
        private final LayerNorm layer;
        private final Tensor x;
        private final Tensor g;

        LayerNormPasses(Case.LayerNorm c) {
            layer = new LayerNorm(Shape.of(c.width()), Case.LayerNorm.EPSILON);
            layer.load(
                    Map.of(
                            "weight",
                            uniform("weight", 1, c.width()),
                            "bias",
                            uniform("bias", 1, c.width())));
            x = uniform("x", 1, c.rows(), c.width()).track();
            g = uniform("g", 1, c.rows(), c.width());
        }

        /// The result, and the gradients of rows, scale and shift.
        private List<Tensor> passes() {
            Tensor y = layer.forward(x);
            Gradients gradients = Gradients.of(y, g);
            List<Tensor> all = new ArrayList<>(List.of(y, gradients.wrt(x)));
            layer.parameters().forEach(parameter -> all.add(gradients.of(parameter)));
            return all;
        }

        @Override
        public void run() {
            Scope.run("layer norm", () -> passes().forEach(Tensor::evaluate));
        }

        @Override
        public double[] check() {
            return passes().stream()
                    .flatMapToDouble(t -> Arrays.stream(Inputs.check(t.toFloatArray())))
                    .toArray();
        }
    }

    /// Softmax cross-entropy, forward and backward.
    static final class SoftmaxCrossEntropy implements Workload {
        private final Tensor scores;
        private final Tensor labels;

        SoftmaxCrossEntropy(Case.SoftmaxCrossEntropy c) {
            scores = uniform("scores", 5, c.batch(), c.classes()).track();
            labels = Tensor.of(Inputs.labels(c.batch(), c.classes()));
        }

        @Override
        public void run() {
            Scope.run(
                    "cross-entropy",
                    () -> {
                        Tensor loss = CrossEntropy.mean(scores, labels);
                        Gradients.of(loss).wrt(scores).evaluate();
                        loss.evaluate();
                    });
        }

        @Override
        public double[] check() {
            Tensor loss = CrossEntropy.mean(scores, labels);
            double[] gradient = Inputs.check(Gradients.of(loss).wrt(scores).toFloatArray());
            return new double[] {loss.item(), gradient[0], gradient[1]};
        }
    }
}
