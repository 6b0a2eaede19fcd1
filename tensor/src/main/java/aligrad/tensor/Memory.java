package aligrad.tensor;

import aligrad.tensor.spi.HostMemory;

import java.util.Map;

/// What the tensors of this process hold, in bytes.
///
/// ```java
/// System.out.println(Memory.now());   // live 12.3 MB, peak 40.0 MB, pooled 3.1 MB, limit 18 GB
/// ```
///
/// @param live in tensors that are in use
/// @param peak the most that was live since the start or [#resetPeak()]
/// @param pooled given back and waiting for reuse
/// @param limit the most that live and pooled may be together
public record Memory(long live, long peak, long pooled, long limit) {

    /// A reading of this moment.
    public static Memory now() {
        HostMemory.Statistics s = HostMemory.statistics();
        return new Memory(s.live(), s.peak(), s.pooled(), s.limit());
    }

    /// Starts a new measurement of the peak.
    public static void resetPeak() {
        HostMemory.resetPeak();
    }

    /// Live bytes by the operation that made them and, where known, the layer.
    public static Map<String, Long> byHolder() {
        return HostMemory.liveByHolder();
    }

    @Override
    public String toString() {
        return "live %s, peak %s, pooled %s, limit %s"
                .formatted(text(live), text(peak), text(pooled), text(limit));
    }

    private static String text(long bytes) {
        return bytes < 10_000
                ? bytes + " B"
                : bytes < 10_000_000
                        ? "%.1f kB".formatted(bytes / 1e3)
                        : bytes < 10_000_000_000L
                                ? "%.1f MB".formatted(bytes / 1e6)
                                : "%.1f GB".formatted(bytes / 1e9);
    }
}
