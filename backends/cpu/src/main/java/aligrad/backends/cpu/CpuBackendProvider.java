package aligrad.backends.cpu;

import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.BackendProvider;
import java.util.List;

/// Offers the device `cpu`.
public final class CpuBackendProvider implements BackendProvider {

    @Override
    public List<String> devices() {
        return List.of("cpu");
    }

    @Override
    public Backend open(String device) {
        return new CpuBackend();
    }
}
