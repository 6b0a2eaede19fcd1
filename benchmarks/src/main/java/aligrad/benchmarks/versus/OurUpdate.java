package aligrad.benchmarks.versus;

import aligrad.autograd.Gradients;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Inputs;
import aligrad.benchmarks.cases.Workload;
import aligrad.optim.AliG;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.List;
import java.util.Map;

/// ALI-G's update of one parameter.
final class OurUpdate implements Workload {

    private final Parameter w;
    private final Gradients gradients;
    private final AliG optimizer;
    private final double loss;

    OurUpdate(Case.Update c) {
        w = new Parameter("w", OurKernels.uniform("w", 1, c.n()));
        Tensor g = OurKernels.uniform("g", 1, c.n());
        gradients = Gradients.of(Map.of(w, g));
        optimizer =
                AliG.over(List.of(w))
                        .momentum(Case.Update.MOMENTUM)
                        .epsilon(Case.Update.EPSILON)
                        .build();
        loss = c.loss();
    }

    @Override
    public void run() {
        optimizer.step(gradients, loss);
    }

    /// The parameter after three steps.
    @Override
    public double[] check() {
        for (int i = 0; i < 3; i++) {
            run();
        }
        return Inputs.check(w.value().toFloatArray());
    }
}
