package aligrad.tensor.spi;

import java.util.List;

/// How a backend module offers its devices: found by [java.util.ServiceLoader].
public interface BackendProvider {

    /// Names of the devices that can be opened here, best first: `cpu`, `opencl:0`, … Empty if
    /// there are none.
    List<String> devices();

    /// Opens a device; called at most once for each name.
    ///
    /// @throws IllegalStateException with the reason and the remedy if it cannot be used
    Backend open(String device);
}
