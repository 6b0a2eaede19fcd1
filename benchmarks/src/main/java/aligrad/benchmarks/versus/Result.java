package aligrad.benchmarks.versus;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A line of the table: Aligrad and one peer at one case.
///
/// @param ours milliseconds, the median of the quietest round
/// @param theirs the peer's
/// @param least ours, the smallest of all
/// @param theirLeast the peer's
/// @param roof the name of the roof above the case; `null`: there is none
/// @param share of the roof that ours reaches, as a fraction
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
        boolean agree,
        String note) {

    static final String HEADING = row("case", "ours ms", "peer", "peer ms", "ratio", "roof", "");

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
                number(theirs),
                String.format(Locale.ROOT, "%.2f", ratio()),
                roof == null ? "" : String.format(Locale.ROOT, "%.0f %% %s", 100 * share, roof),
                remark);
    }

    /// This line as an object for JSON.
    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", name);
        object.put("threads", threads);
        object.put("ours_ms", ours);
        object.put("peer", peer);
        object.put("peer_ms", theirs);
        object.put("ratio", ratio());
        object.put("ours_least_ms", least);
        object.put("peer_least_ms", theirLeast);
        if (roof != null) {
            object.put("roof", roof);
            object.put("share", share);
        }
        object.put("same_result", agree);
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
