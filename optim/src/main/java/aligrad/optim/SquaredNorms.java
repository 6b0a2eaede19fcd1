package aligrad.optim;

import aligrad.tensor.Device;
import aligrad.tensor.Reductions;
import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `Σ ‖x‖²` over any number of tensors, none included.
final class SquaredNorms {

    private SquaredNorms() {}

    /// A number of the host, which waits for the device; or for several of them.
    static double read(List<Tensor> xs) {
        Map<Device, List<Tensor>> together = new LinkedHashMap<>();
        for (Tensor x : xs) {
            together.computeIfAbsent(x.device(), _ -> new ArrayList<>()).add(x);
        }
        double squared = 0;
        for (List<Tensor> each : together.values()) {
            squared += Reductions.squaredNorm(each).item();
        }
        return squared;
    }

    /// A number of the device, rank-0 `F64`, of the same bits.
    static Tensor on(Device device, List<Tensor> xs) {
        return xs.isEmpty()
                ? Device.use(device, () -> Tensor.scalar(0.0))
                : Reductions.squaredNorm(xs);
    }
}
