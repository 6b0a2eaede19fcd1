package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Inputs;
import aligrad.benchmarks.cases.Workload;
import aligrad.nn.Activation;
import aligrad.nn.BinaryCrossEntropy;
import aligrad.nn.Conv2d;
import aligrad.nn.CrossEntropy;
import aligrad.nn.Dnc;
import aligrad.nn.DncConfig;
import aligrad.nn.Flatten;
import aligrad.nn.Layer;
import aligrad.nn.Linear;
import aligrad.nn.MaxPool2d;
import aligrad.nn.Sequential;
import aligrad.optim.AliG;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Training steps of a network, all on one batch.
final class OurTraining implements Workload {

    private final Task task;
    private final AliG optimizer;

    /// A network, its batch, and the loss of what it makes of it.
    private record Task(Layer model, Tensor inputs, UnaryOperator<Tensor> loss) {

        Tensor compute() {
            return loss.apply(model.forward(inputs));
        }
    }

    OurTraining(Case.Network c) {
        int batch = c.batch();
        task =
                switch (c.architecture()) {
                    case LENET ->
                            classification(lenet(), OurKernels.uniform("x", 1, batch, 28, 28, 1));
                    case MLP -> classification(mlp(), OurKernels.uniform("x", 1, batch, 784));
                    case DNC -> repeatCopy(batch);
                };
        Map<String, Tensor> initial = new LinkedHashMap<>();
        for (Architecture.Weights w : c.architecture().parameters()) {
            initial.put(w.name(), Tensor.of(w.values(), w.extents()));
        }
        task.model.load(initial);
        optimizer =
                AliG.over(task.model.namedParameters())
                        .maxLearningRate(Case.Network.MAX_LEARNING_RATE)
                        .epsilon(Case.Network.EPSILON)
                        .momentum(c.momentum())
                        .build();
    }

    private static Task classification(Layer model, Tensor inputs) {
        Tensor classes = Tensor.of(Inputs.labels(inputs.extent(0), Architecture.CLASSES));
        return new Task(model, inputs, scores -> CrossEntropy.mean(scores, classes));
    }

    private static Task repeatCopy(int batch) {
        Tensor targets = bits("targets", batch, Architecture.DNC_OUTPUTS);
        return new Task(
                new Dnc(DncConfig.REPEAT_COPY, Random.stream(1)),
                bits("x", batch, Architecture.DNC_INPUTS),
                logits -> BinaryCrossEntropy.perElement(logits, targets).sum().mul(1.0 / batch));
    }

    private static Tensor bits(String name, int batch, int width) {
        int steps = Architecture.DNC_STEPS;
        return Tensor.of(Inputs.bits(name, steps * batch * width), steps, batch, width);
    }

    /// The network of `train mnist`.
    private static Layer lenet() {
        Random random = Random.stream(1);
        Window2d same = Window2d.of(3).withPadding(1);
        Window2d half = Window2d.of(2).withStride(2);
        return Sequential.of()
                .add("conv1", new Conv2d(1, 16, same, random))
                .add("relu1", Activation.relu())
                .add("pool1", new MaxPool2d(half))
                .add("conv2", new Conv2d(16, 32, same, random))
                .add("relu2", Activation.relu())
                .add("pool2", new MaxPool2d(half))
                .add("flatten", new Flatten())
                .add("fc1", new Linear(7 * 7 * 32, 128, random))
                .add("relu3", Activation.relu())
                .add("fc2", new Linear(128, Architecture.CLASSES, random));
    }

    private static Layer mlp() {
        Random random = Random.stream(1);
        return Sequential.of()
                .add("fc1", new Linear(784, 256, random))
                .add("relu1", Activation.relu())
                .add("fc2", new Linear(256, 256, random))
                .add("relu2", Activation.relu())
                .add("fc3", new Linear(256, Architecture.CLASSES, random));
    }

    @Override
    public void run() {
        step();
    }

    private double step() {
        return optimizer.step(task::compute);
    }

    /// Loss and norm of the gradient of the first three steps.
    @Override
    public double[] check() {
        double[] seen = new double[6];
        for (int i = 0; i < seen.length; i += 2) {
            seen[i] = step();
            var report = optimizer.lastStep();
            seen[i + 1] = report == null ? Double.NaN : report.gradientNorm();
        }
        return seen;
    }
}
