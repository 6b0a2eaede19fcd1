package aligrad.tensor.spi;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// How a backend module offers its devices: found by [java.util.ServiceLoader].
public interface BackendProvider {

    /// The full name of what `device` means, such as `opencl:0` for `opencl`; `null` if that is not
    /// one of this module's names. Whether there is such a device does not matter, because to look
    /// for it may take long.
    @Nullable String resolve(String device);

    /// The devices that there are, best first, those included that cannot be used; and what is
    /// missing where there are none.
    List<DeviceDescription> describe();

    /// Opens a device by its full name; called at most once for each.
    ///
    /// @throws IllegalStateException with the reason and the remedy if it cannot be used
    Backend open(String device);
}
