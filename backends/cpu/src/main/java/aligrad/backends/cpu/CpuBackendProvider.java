package aligrad.backends.cpu;

import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.BackendProvider;
import aligrad.tensor.spi.DeviceDescription;
import aligrad.tensor.spi.ReferenceBackend;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Offers the device `cpu`.
///
/// Where the Vector API is absent, which is so when a program on the class path was started without
/// `--add-modules jdk.incubator.vector`, the device computes with the plain loops of the reference
/// backend, and says so.
public final class CpuBackendProvider implements BackendProvider {

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private static final String CPU = "cpu";

    @Override
    public @Nullable String resolve(String device) {
        return device.equals(CPU) ? CPU : null;
    }

    @Override
    public List<DeviceDescription> describe() {
        String threads = Runtime.getRuntime().availableProcessors() + " processors";
        return List.of(
                hasVectors()
                        ? DeviceDescription.of(
                                CPU, "this processor", threads, Species.BITS + "-bit vectors")
                        : DeviceDescription.of(
                                CPU,
                                "this processor",
                                threads,
                                "plain loops, because Java was started without --add-modules "
                                        + VECTOR_MODULE));
    }

    private static boolean hasVectors() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    @Override
    public Backend open(String device) {
        if (hasVectors()) {
            return new CpuBackend();
        }
        System.getLogger("aligrad")
                .log(
                        System.Logger.Level.WARNING,
                        "the Vector API is not there, so 'cpu' computes with plain loops in double,"
                                + " some hundred times slower; start Java with --add-modules "
                                + VECTOR_MODULE);
        return new ReferenceBackend();
    }
}
