package aligrad.tensor;

import aligrad.tensor.spi.Storage;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;

/// A stretch of computation whose intermediate results are released the moment it ends.
///
/// Nobody has to use one: without a scope, memory returns when tensors become unreachable. Inside
/// one, memory is flat and stays hot in cache, so `optimizer.step(() -> loss)` opens one around
/// each step. What the body returns is kept (a tensor, or tensors in a collection or map), and so
/// is what it passes to [#keep(Tensor)]; kept tensors are numbers without a history.
///
/// ```java
/// double accuracy = Scope.compute("evaluate", () -> model.forward(x).argmax(-1).eq(y).mean().item());
/// ```
///
/// A tensor of a scope that has ended throws an [IllegalStateException] when it is used. A scope
/// belongs to the thread that opened it.
public final class Scope {

    private final String name;
    private final @Nullable Scope parent;
    private final Thread thread = Thread.currentThread();
    private final String site;
    private Storage[] owned = new Storage[64];
    private int count;
    private boolean closed;
    private boolean retired;

    private Scope(String name, @Nullable Scope parent) {
        this.name = name;
        this.parent = parent;
        this.site = callSite();
    }

    /// Runs `body` in a new scope and returns what it returns, kept.
    ///
    /// @param name shown when a tensor is used after the scope ended
    public static <T extends @Nullable Object> T compute(String name, Supplier<T> body) {
        Context outer = Context.current();
        Scope scope = new Scope(name, outer.scope());
        try {
            return outer.withScope(scope)
                    .call(
                            () -> {
                                T result = body.get();
                                keepAll(result);
                                return result;
                            });
        } finally {
            scope.close();
        }
    }

    /// Runs `body` in a new scope.
    public static void run(String name, Runnable body) {
        compute(
                name,
                () -> {
                    body.run();
                    return null;
                });
    }

    /// Runs `body` outside every scope: what it computes lives until it is unreachable.
    public static <T extends @Nullable Object> T outside(Supplier<T> body) {
        return Context.current().withScope(null).call(body);
    }

    /// Moves a tensor out of the innermost scope into the one around it, and returns it. Pending
    /// numbers are computed; the history is forgotten. Outside every scope it changes nothing.
    public static Tensor keep(Tensor tensor) {
        Scope scope = Context.current().scope();
        if (scope != null) {
            tensor.moveOut(scope, scope.parent);
        }
        return tensor;
    }

    private static void keepAll(@Nullable Object result) {
        switch (result) {
            case Tensor tensor -> keep(tensor);
            case Collection<?> many -> many.forEach(Scope::keepAll);
            case Map<?, ?> many -> many.values().forEach(Scope::keepAll);
            case null,
                    default -> {} // numbers, text, and objects that keep their tensors themselves
        }
    }

    /// Declares that nothing computed here so far will be read again except what is passed on
    /// explicitly: variables read here may from now on be overwritten in place. For the optimizer's
    /// step, after the gradients.
    public static void retire() {
        Scope scope = Context.current().scope();
        if (scope != null) {
            scope.retired = true;
        }
    }

    /// Whether tensors made here can no longer be read, or have been declared unneeded.
    boolean isOver() {
        return closed || retired;
    }

    boolean isClosed() {
        return closed;
    }

    /// The innermost scope that is or surrounds both; `null` if that is no scope, as with scopes of
    /// two threads.
    static @Nullable Scope around(@Nullable Scope a, @Nullable Scope b) {
        for (Scope s = a; s != null; s = s.parent) {
            for (Scope t = b; t != null; t = t.parent) {
                if (s == t) {
                    return s;
                }
            }
        }
        return null;
    }

    /// The scope that will own something allocated now for a tensor of `scope`: a closed or foreign
    /// one owns nothing more.
    static @Nullable Scope owning(@Nullable Scope scope) {
        return scope == null || scope.closed || scope.thread != Thread.currentThread()
                ? null
                : scope;
    }

    void own(Storage storage) {
        if (count == owned.length) {
            owned = java.util.Arrays.copyOf(owned, 2 * count);
        }
        owned[count++] = storage;
    }

    private void close() {
        closed = true;
        for (int i = 0; i < count; i++) {
            Storage storage = owned[i];
            if (storage.owner() == this) {
                storage.release();
            }
        }
        owned = new Storage[0];
        count = 0;
    }

    IllegalStateException over(String what) {
        return new IllegalStateException(
                what
                        + " was computed in scope '"
                        + name
                        + "' (opened at "
                        + site
                        + "), which has ended, so its memory was released; return it from the"
                        + " scope, or pass it to Scope.keep inside");
    }

    private static String callSite() {
        return StackWalker.getInstance()
                .walk(
                        frames ->
                                frames.filter(f -> !f.getClassName().startsWith("aligrad.tensor."))
                                        .findFirst()
                                        .map(f -> f.toStackTraceElement().toString())
                                        .orElse("unknown"));
    }
}
