/// The CPU backend. Nobody compiles against it: `ServiceLoader` finds it.
module aligrad.backends.cpu {
    requires static org.jspecify;
    requires aligrad.tensor;
    requires java.management;
    requires jdk.incubator.vector;
    requires jdk.management;

    provides aligrad.tensor.spi.BackendProvider with
            aligrad.backends.cpu.CpuBackendProvider;
}
