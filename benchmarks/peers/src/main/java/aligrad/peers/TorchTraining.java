package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Workload;

import java.util.List;
import java.util.function.Function;

/// Training steps of a network, all on one batch.
final class TorchTraining implements Workload {

    private static final NDArray ONE = Torch.scalar(1);

    private final Case.Network c;
    private final Function<Case.Network, TorchNetwork> maker;
    private final TorchNetwork network;
    private final List<NDArray> parameters;
    private final TorchAliG optimizer;

    /// Loss and norm of the gradient of a step.
    private record Seen(double loss, double norm) {}

    /// @param maker of the network, which is also made for the check
    TorchTraining(Case.Network c, Function<Case.Network, TorchNetwork> maker) {
        this.c = c;
        this.maker = maker;
        network = maker.apply(c);
        parameters = c.architecture().parameters().stream().map(network::initial).toList();
        optimizer =
                new TorchAliG(
                        TorchAliG.Products.NEW,
                        parameters.toArray(NDArray[]::new),
                        Case.Network.MAX_LEARNING_RATE,
                        Case.Network.EPSILON,
                        c.momentum());
    }

    private Seen step() {
        try (NDManager manager = Torch.MANAGER.newSubManager()) {
            network.constants().forEach(constant -> constant.attach(manager));
            List<NDArray> leaves = parameters.stream().map(Torch::leaf).toList();
            leaves.forEach(leaf -> leaf.attach(manager));
            NDArray loss = Torch.backward(() -> network.loss(leaves), ONE);
            NDArray[] gradients = leaves.stream().map(NDArray::getGradient).toArray(NDArray[]::new);
            double value = loss.getFloat();
            double norm = optimizer.step(manager, gradients, value);
            network.constants().forEach(constant -> constant.attach(Torch.MANAGER));
            return new Seen(value, norm);
        }
    }

    @Override
    public void run() {
        step();
    }

    /// Loss and norm of the gradient of the first three steps.
    @Override
    public double[] check() {
        Case.Network checked = c.forCheck();
        return checked.equals(c) ? firstSteps() : new TorchTraining(checked, maker).firstSteps();
    }

    private double[] firstSteps() {
        double[] seen = new double[6];
        for (int i = 0; i < seen.length; i += 2) {
            Seen step = step();
            seen[i] = step.loss;
            seen[i + 1] = step.norm;
        }
        return seen;
    }

    @Override
    public String note() {
        return network.note();
    }
}
