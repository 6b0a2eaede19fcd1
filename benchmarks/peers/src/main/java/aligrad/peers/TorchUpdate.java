package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Inputs;
import aligrad.benchmarks.cases.Workload;

/// ALI-G's update of one parameter as separate calls.
final class TorchUpdate implements Workload {

    private final TorchAliG.Products products;
    private final NDArray w;
    private final NDArray g;
    private final TorchAliG optimizer;
    private final double loss;

    TorchUpdate(Case.Update c, TorchAliG.Products products) {
        this.products = products;
        w = Torch.uniform("w", 1, c.n());
        g = Torch.uniform("g", 1, c.n());
        optimizer =
                new TorchAliG(
                        products,
                        new NDArray[] {w},
                        Double.POSITIVE_INFINITY,
                        Case.Update.EPSILON,
                        Case.Update.MOMENTUM);
        loss = c.loss();
    }

    @Override
    public void run() {
        try (NDManager manager = Torch.MANAGER.newSubManager()) {
            optimizer.step(manager, new NDArray[] {g}, loss);
        }
    }

    @Override
    public String note() {
        return switch (products) {
            case NEW -> "new products";
            case KEPT -> "kept products";
        };
    }

    /// The parameter after three steps.
    @Override
    public double[] check() {
        for (int i = 0; i < 3; i++) {
            run();
        }
        return Inputs.check(Torch.values(w));
    }
}
