package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Case;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// A line of the table: Aligrad and one peer at one case, or Aligrad alone.
///
/// @param ours milliseconds, the median of the quietest round
/// @param peer its name, or why there is none
/// @param theirs the peer's; not a number where there is none
/// @param least ours, the smallest of all
/// @param theirLeast the peer's
/// @param roof the name of the roof above the case; `null`: there is none
/// @param share of the roof that ours reaches, as a fraction
/// @param rate how fast ours is, where no roof was measured; `null`: it is not counted
/// @param agree whether both sides computed the same
/// @param note how the peer did it; empty if there is nothing to say
record Result(
        String name,
        int threads,
        String peer,
        double ours,
        double theirs,
        double least,
        double theirLeast,
        @Nullable String roof,
        double share,
        @Nullable Rate rate,
        boolean agree,
        String note) {

    static final String HEADING = row("case", "ours ms", "peer", "peer ms", "ratio", "roof", "");

    /// The heading where no roof is measured.
    static final String HEADING_WITH_RATE =
            row("case", "ours ms", "peer", "peer ms", "ratio", "rate", "");

    /// Work in a second.
    record Rate(double value, String unit) {

        /// Of a case that takes so many milliseconds: of its arithmetic, or otherwise of the memory
        /// that it must move; `null` where neither is what it takes.
        static @Nullable Rate of(Case c, double ms) {
            return c.flops() > 0
                    ? new Rate(c.flops() / ms / 1e9, "TFLOP/s")
                    : c.bytes() > 0 ? new Rate(c.bytes() / ms / 1e6, "GB/s") : null;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.0f %s", value, unit);
        }
    }

    /// What stands in the place of a peer that ended before its time.
    private static final String FAILED = "failed";

    /// This line, which has no peer, beside a peer.
    Result beside(String peer, double theirs, double theirLeast, boolean agree, String note) {
        return new Result(
                name,
                threads,
                peer,
                ours,
                theirs,
                least,
                theirLeast,
                roof,
                share,
                rate,
                agree,
                note);
    }

    /// This line, which has no peer, beside a peer that ended before its time.
    ///
    /// @param reason what is known of it
    Result besideAFailure(String reason) {
        return beside(FAILED, Double.NaN, Double.NaN, true, reason);
    }

    /// Whether there was a peer that failed.
    boolean failed() {
        return peer.equals(FAILED);
    }

    private boolean isAlone() {
        return Double.isNaN(theirs);
    }

    /// How many times as long the peer takes.
    double ratio() {
        return theirs / ours;
    }

    /// This line of the table.
    String line() {
        String remark = agree ? note : "NOT THE SAME RESULT" + (note.isEmpty() ? "" : ", " + note);
        return row(
                name,
                number(ours),
                peer,
                isAlone() ? "" : number(theirs),
                isAlone() ? "" : String.format(Locale.ROOT, "%.2f", ratio()),
                roof == null
                        ? Objects.toString(rate, "")
                        : String.format(Locale.ROOT, "%.0f %% %s", 100 * share, roof),
                remark);
    }

    /// This line as an object for JSON.
    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", name);
        object.put("threads", threads);
        object.put("ours_ms", ours);
        object.put("peer", peer);
        if (!isAlone()) {
            object.put("peer_ms", theirs);
            object.put("ratio", ratio());
            object.put("peer_least_ms", theirLeast);
            object.put("same_result", agree);
        }
        object.put("ours_least_ms", least);
        if (roof != null) {
            object.put("roof", roof);
            object.put("share", share);
        }
        if (rate != null) {
            object.put("rate", rate.value());
            object.put("rate_unit", rate.unit());
        }
        object.put("note", note);
        return object;
    }

    /// Four digits that count, or all before the point.
    private static String number(double ms) {
        int decimals = (int) Math.clamp(Math.ceil(3 - Math.log10(ms)), 0, 5);
        return String.format(Locale.ROOT, "%." + decimals + "f", ms);
    }

    private static String row(
            String name,
            String ours,
            String peer,
            String theirs,
            String ratio,
            String roof,
            String remark) {
        return "%-16s %9s  %-9s %9s %7s  %-10s %s"
                .formatted(name, ours, peer, theirs, ratio, roof, remark)
                .stripTrailing();
    }
}
