package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.fail;

import aligrad.backends.opencl.driver.Drivers;
import aligrad.backends.opencl.driver.Found;

import org.junit.jupiter.api.Assumptions;

/// Whether there is a device to test with. Without one, tests are skipped with the reason; with
/// `-Daligrad.opencl.required=true` they fail.
final class Presence {

    private Presence() {}

    /// The first device that can be used.
    static Found device() {
        for (Found found : Drivers.here().devices()) {
            if (found.obstacle() == null) {
                return found;
            }
        }
        String reason =
                "no OpenCL device: "
                        + Drivers.here().obstacles()
                        + Drivers.here().devices().stream().map(Found::obstacle).toList();
        if (Boolean.getBoolean("aligrad.opencl.required")) {
            fail(reason);
        }
        return Assumptions.abort(reason);
    }
}
