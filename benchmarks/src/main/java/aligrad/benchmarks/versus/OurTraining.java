package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Inputs;
import aligrad.benchmarks.cases.Workload;
import aligrad.nn.Activation;
import aligrad.nn.BinaryCrossEntropy;
import aligrad.nn.Conv2d;
import aligrad.nn.CrossEntropy;
import aligrad.nn.DenseNet;
import aligrad.nn.Dnc;
import aligrad.nn.DncConfig;
import aligrad.nn.Flatten;
import aligrad.nn.InferSent;
import aligrad.nn.Layer;
import aligrad.nn.Linear;
import aligrad.nn.MaxPool2d;
import aligrad.nn.Module;
import aligrad.nn.Sequential;
import aligrad.nn.WideResNet;
import aligrad.optim.AliG;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Training steps of a network, all on one batch.
final class OurTraining implements Workload {

    private final Case.Network network;
    private final Task task;
    private final AliG optimizer;

    /// A network, and the loss of what it makes of its batch.
    private record Task(Module model, Supplier<Tensor> loss) {}

    OurTraining(Case.Network c) {
        network = c;
        int batch = c.batch();
        Random random = Random.stream(1);
        task =
                switch (c.architecture()) {
                    case LENET ->
                            classification(lenet(), OurKernels.uniform("x", 1, batch, 28, 28, 1));
                    case MLP -> classification(mlp(), OurKernels.uniform("x", 1, batch, 784));
                    case DNC -> repeatCopy(batch);
                    case WRN_16_4 ->
                            classification(
                                    WideResNet.of(16, 4).dropout(c.dropout()).initialize(random),
                                    OurKernels.uniform("x", 1, batch, 32, 32, 3));
                    case DENSENET_40_40 ->
                            classification(
                                    DenseNet.of(40, 40).dropout(c.dropout()).initialize(random),
                                    OurKernels.uniform("x", 1, batch, 32, 32, 3));
                    case INFERSENT_512 -> entailment(512, batch);
                    case INFERSENT_2048 -> entailment(2048, batch);
                };
        load(task.model, c.architecture().parameters());
        optimizer =
                AliG.over(task.model.namedParameters())
                        .maxLearningRate(Case.Network.MAX_LEARNING_RATE)
                        .epsilon(Case.Network.EPSILON)
                        .momentum(c.momentum())
                        .build();
    }

    private static Task classification(Layer model, Tensor inputs) {
        Tensor classes = Tensor.of(Inputs.labels(inputs.extent(0), Architecture.CLASSES));
        return new Task(model, () -> CrossEntropy.mean(model.forward(inputs), classes));
    }

    /// Pairs of sentences that are all of one length.
    private static Task entailment(int hidden, int batch) {
        InferSent model = InferSent.of(hidden).initialize(Random.stream(1));
        Tensor premises = sentences("premises", batch);
        Tensor hypotheses = sentences("hypotheses", batch);
        int[] lengths = new int[batch];
        Arrays.fill(lengths, Architecture.WORDS);
        Tensor classes = Tensor.of(Inputs.labels(batch, Architecture.ENTAILMENTS));
        return new Task(
                model,
                () ->
                        CrossEntropy.mean(
                                model.forward(premises, lengths, hypotheses, lengths), classes));
    }

    private static Tensor sentences(String name, int batch) {
        return OurKernels.uniform(name, 1, batch, Architecture.WORDS, Architecture.EMBEDDING);
    }

    /// Running statistics stay as they start.
    private static void load(Module model, List<Architecture.Weights> parameters) {
        Map<String, Tensor> state = new LinkedHashMap<>(model.state());
        state.keySet().removeAll(model.namedParameters().keySet());
        for (Architecture.Weights w : parameters) {
            state.put(w.name(), Tensor.of(w.values(), w.extents()));
        }
        model.load(state);
    }

    private static Task repeatCopy(int batch) {
        Tensor targets = bits("targets", batch, Architecture.DNC_OUTPUTS);
        Tensor observations = bits("x", batch, Architecture.DNC_INPUTS);
        Dnc dnc = new Dnc(DncConfig.REPEAT_COPY, Random.stream(1));
        return new Task(
                dnc,
                () ->
                        BinaryCrossEntropy.perElement(dnc.forward(observations), targets)
                                .sum()
                                .mul(1.0 / batch));
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
        return optimizer.step(task.loss);
    }

    /// Loss and norm of the gradient of the first three steps.
    @Override
    public double[] check() {
        Case.Network checked = network.forCheck();
        return checked.equals(network) ? firstSteps() : new OurTraining(checked).firstSteps();
    }

    private double[] firstSteps() {
        double[] seen = new double[6];
        for (int i = 0; i < seen.length; i += 2) {
            seen[i] = step();
            var report = optimizer.lastStep();
            seen[i + 1] = report == null ? Double.NaN : report.gradientNorm();
        }
        return seen;
    }
}
