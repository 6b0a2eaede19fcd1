package aligrad.tensor;

import aligrad.tensor.spi.OpObserver;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/// What surrounds the code that computes: the open scope, whether operations are recorded for
/// gradients, the layer, the device of new tensors, and who watches.
///
/// One immutable record in one [ScopedValue], so that the hot path reads it once per operation and
/// nothing can leak out of its block.
record Context(
        @Nullable Scope scope,
        boolean recording,
        String layer,
        @Nullable Device device,
        @Nullable OpObserver observer) {

    private static final ScopedValue<Context> CURRENT = ScopedValue.newInstance();
    private static final Context OUTSIDE = new Context(null, true, "", null, null);

    static Context current() {
        return CURRENT.orElse(OUTSIDE);
    }

    <T extends @Nullable Object> T call(Supplier<T> body) {
        return ScopedValue.where(CURRENT, this).call(body::get);
    }

    Context withScope(@Nullable Scope scope) {
        return new Context(scope, recording, layer, device, observer);
    }

    Context withRecording(boolean recording) {
        return new Context(scope, recording, layer, device, observer);
    }

    Context withLayer(String layer) {
        return new Context(scope, recording, layer, device, observer);
    }

    Context withDevice(Device device) {
        return new Context(scope, recording, layer, device, observer);
    }

    Context withObserver(@Nullable OpObserver observer) {
        return new Context(scope, recording, layer, device, observer);
    }
}
