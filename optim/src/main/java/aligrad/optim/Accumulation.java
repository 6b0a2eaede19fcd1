package aligrad.optim;

import aligrad.autograd.Gradients;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The gradients of several mini-batches on their way to one step: of their mean.
final class Accumulation {

    /// The kind of the tensors in a saved state; only parameters that had a gradient have one.
    static final String KIND = "accumulated";

    private final int batches;
    private final Scalar gathered;
    private final Scalar loss;
    private final Set<Slot> present = new LinkedHashSet<>();

    Accumulation(int batches, Scalar gathered, Scalar loss) {
        this.batches = batches;
        this.gathered = gathered;
        this.loss = loss;
    }

    /// Adds a mini-batch. Returns whether there are now enough.
    boolean add(Iterable<Slot> slots, Gradients gradients, double batchLoss) {
        for (Slot slot : slots) {
            if (gradients.has(slot.parameter())) {
                Buffer sum = slot.state(KIND, 0);
                Tensor g = gradients.of(slot.parameter());
                // pending in either case, so that the sum before is overwritten in place
                slot.keep(sum, present.add(slot) ? g.mul(1) : sum.value().add(g));
            }
        }
        loss.set(loss.get() + batchLoss);
        gathered.set(gathered.get() + 1);
        return gathered.get() >= batches;
    }

    /// The mean loss of what was gathered.
    double meanLoss() {
        return loss.get() / gathered.get();
    }

    /// The gradients of the mean loss; the next round then begins.
    Gradients finish() {
        Map<Parameter, Tensor> means = new LinkedHashMap<>();
        for (Slot slot : present) {
            means.put(slot.parameter(), slot.state(KIND, 0).value().mul(1 / gathered.get()));
        }
        Gradients gradients = Gradients.of(means);
        present.clear();
        gathered.set(0);
        loss.set(0);
        return gradients;
    }

    boolean has(Slot slot) {
        return present.contains(slot);
    }

    /// Continues with what was saved of these.
    void resume(Set<Slot> slots) {
        present.clear();
        present.addAll(slots);
    }
}
