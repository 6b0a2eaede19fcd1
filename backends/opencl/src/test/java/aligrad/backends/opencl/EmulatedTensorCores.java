package aligrad.backends.opencl;

import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.BackendProvider;
import aligrad.tensor.spi.DeviceDescription;
import aligrad.tensor.spi.Precision;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The devices `emulated:tf32` and `emulated:bf16`: the first OpenCL device with tensor cores that
/// are emulated.
public final class EmulatedTensorCores implements BackendProvider {

    private static final String PREFIX = "emulated:";

    @Override
    public @Nullable String resolve(String device) {
        return device.startsWith(PREFIX) ? device : null;
    }

    @Override
    public List<DeviceDescription> describe() {
        return List.of();
    }

    @Override
    public Backend open(String device) {
        System.setProperty("aligrad.opencl.mma", "emulated");
        try {
            OpenClDevice opened =
                    new OpenClDevice(device, Presence.device().open(), ProgramCache.chosen());
            return new OpenClBackend(
                    opened,
                    Tuning.of(opened.facts(), null),
                    Precision.of(device.substring(PREFIX.length())));
        } finally {
            System.clearProperty("aligrad.opencl.mma");
        }
    }
}
