package aligrad.tensor;

import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.BackendProvider;
import aligrad.tensor.spi.DeviceDescription;
import aligrad.tensor.spi.ReferenceBackend;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Where tensors live and are computed.
///
/// `cpu` is the fast one, from the module `aligrad.backends.cpu`; `reference` is always there:
/// plain loops in double, the oracle of the tests. New tensors are made on [#current()], which is
/// the device of the innermost [#use], or the one named by `-Daligrad.device=NAME`, or `cpu`.
public final class Device {

    private static final Map<String, Device> OPEN = new ConcurrentHashMap<>();
    private static final String REFERENCE = "reference";
    private static final String CPU = "cpu";

    private final String name;
    private final Backend backend;

    private Device(String name, Backend backend) {
        this.name = name;
        this.backend = backend;
    }

    /// The device with this name.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists those that there are
    /// @throws IllegalStateException if it exists but cannot be used, with the reason
    public static Device of(String name) {
        Device open = OPEN.get(name);
        return open != null ? open : find(name);
    }

    /// The device of new tensors here.
    public static Device current() {
        Device device = Context.current().device();
        return device != null ? device : Preferred.DEVICE;
    }

    /// Runs `body` with `device` for new tensors.
    public static <T extends @Nullable Object> T use(Device device, Supplier<T> body) {
        return Context.current().withDevice(device).call(body);
    }

    /// Names of the devices that can be used: `cpu` first, `reference` last.
    public static List<String> available() {
        return describe().stream().map(DeviceDescription::name).filter(Objects::nonNull).toList();
    }

    /// What there is to compute on, in the order of [#available()]; those devices included that
    /// cannot be used, with the reason.
    public static List<DeviceDescription> describe() {
        List<DeviceDescription> all = new ArrayList<>();
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            all.addAll(provider.resolve(CPU) != null ? 0 : all.size(), provider.describe());
        }
        all.add(
                DeviceDescription.of(
                        REFERENCE, "plain loops in double", "the oracle of the tests", "slow"));
        return all;
    }

    private static synchronized Device find(String name) {
        if (name.equals(REFERENCE)) {
            return OPEN.computeIfAbsent(name, _ -> new Device(name, new ReferenceBackend()));
        }
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            String full = provider.resolve(name);
            if (full != null) {
                Device device = OPEN.get(full);
                if (device == null) {
                    device = new Device(full, provider.open(full));
                    OPEN.put(full, device);
                }
                OPEN.put(name, device); // short names, too, so that they are found at once
                return device;
            }
        }
        throw new IllegalArgumentException(
                "no device '" + name + "'; there are: " + String.join(", ", available()));
    }

    /// What computes here. For backends and tests of backends.
    public Backend backend() {
        return backend;
    }

    /// Whether it computes while the program goes on, so that reading a number, as with
    /// [Tensor#item()], waits for all that was asked of it before; [Tensor#fetch()] does not.
    public boolean isAsynchronous() {
        return backend.isAsynchronous();
    }

    /// The name, such as `cpu`.
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    /// Chosen once, when first needed.
    private static final class Preferred {
        static final Device DEVICE = choose();

        private static Device choose() {
            String wanted = System.getProperty("aligrad.device");
            if (wanted != null) {
                return of(wanted);
            }
            for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
                if (provider.resolve(CPU) != null) {
                    return of(CPU);
                }
            }
            System.getLogger("aligrad")
                    .log(
                            System.Logger.Level.WARNING,
                            "no fast backend was found, so everything runs on the plain"
                                    + " reference backend, which is slow; add"
                                    + " aligrad-backends-cpu");
            return of(REFERENCE);
        }
    }
}
