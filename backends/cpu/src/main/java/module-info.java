/// The CPU backend. Nobody compiles against it: `ServiceLoader` finds it.
module aligrad.backends.cpu {
    requires static org.jspecify;
    requires aligrad.tensor;
    requires jdk.incubator.vector;

    provides aligrad.tensor.spi.BackendProvider with
            aligrad.backends.cpu.CpuBackendProvider;
}
