package aligrad.tensor;

import aligrad.tensor.spi.OpObserver;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/// Whether operations on tracked tensors are remembered, so that a gradient can be asked for.
///
/// Recording is on unless it was turned off around the code that runs:
///
/// ```java
/// Tensor prediction = Recording.off(() -> model.forward(x));
/// ```
public final class Recording {

    private Recording() {}

    /// Runs `body` without remembering: its results are untracked.
    public static <T extends @Nullable Object> T off(Supplier<T> body) {
        Context now = Context.current();
        return now.recording() ? now.withRecording(false).call(body) : body.get();
    }

    /// Runs `body` with remembering, also inside [#off]; second derivatives need it.
    public static <T extends @Nullable Object> T on(Supplier<T> body) {
        Context now = Context.current();
        return now.recording() ? body.get() : now.withRecording(true).call(body);
    }

    /// Whether results of tracked tensors are tracked here.
    public static boolean isOn() {
        return Context.current().recording();
    }

    /// Runs `body` while `observer` sees every operation.
    public static <T extends @Nullable Object> T observed(OpObserver observer, Supplier<T> body) {
        return Context.current().withObserver(observer).call(body);
    }

    /// Runs `body` as the layer `path`: its memory and its errors carry that name.
    public static <T extends @Nullable Object> T inLayer(String path, Supplier<T> body) {
        try {
            return Context.current().withLayer(path).call(body);
        } catch (ShapeException e) {
            throw e.isLocated() ? e : e.within(path);
        } catch (IndexException e) {
            throw e.isLocated() ? e : e.within(path);
        }
    }

    /// The path of the layer that runs here; empty outside layers.
    public static String layer() {
        return Context.current().layer();
    }
}
