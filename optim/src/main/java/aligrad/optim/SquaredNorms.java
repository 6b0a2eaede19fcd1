package aligrad.optim;

import aligrad.tensor.Device;
import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/// `Σ ‖x‖²` over several tensors, accumulated in double, one tensor after the other.
final class SquaredNorms {

    private SquaredNorms() {}

    /// A number of the host, which waits for the device.
    static double read(List<Tensor> xs) {
        // All are told to the device before the first is waited for.
        double squared = 0;
        for (Tensor norm : of(xs)) {
            squared += norm.item();
        }
        return squared;
    }

    /// A number of the device where all of them are, rank-0 `F64`, of the same bits.
    static Tensor sum(Device device, List<Tensor> xs) {
        Tensor squared = Device.use(device, () -> Tensor.scalar(0.0));
        for (Tensor norm : of(xs)) {
            squared = squared.add(norm);
        }
        return squared;
    }

    private static List<Tensor> of(List<Tensor> xs) {
        List<Tensor> norms = new ArrayList<>(xs.size());
        for (Tensor x : xs) {
            norms.add(x.squaredNorm());
        }
        return norms;
    }
}
