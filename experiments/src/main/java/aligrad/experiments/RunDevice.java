package aligrad.experiments;

import aligrad.tensor.Device;
import aligrad.tensor.Twin;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/// What a run computes on.
///
/// @param device what computes
/// @param checked what computes every operation a second time, to compare; `null` for nothing
record RunDevice(Device device, @Nullable Device checked) {

    /// Runs `body` there.
    <T extends @Nullable Object> T run(Supplier<T> body) {
        return Device.use(device, checked == null ? body : () -> Twin.check(checked, body));
    }
}
