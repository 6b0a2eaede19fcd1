package aligrad.experiments;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Options of the command line over those of the run that is resumed: what was not given is as it
/// was, and what was given must be what it was.
final class Settings {

    private final Map<String, Object> saved;

    /// @param saved the run's `config.yaml`; empty for a new run
    Settings(Map<String, Object> saved) {
        this.saved = saved;
    }

    String text(String name, @Nullable String given, String otherwise) {
        String value = text(name, given);
        return value == null ? otherwise : value;
    }

    @Nullable String text(String name, @Nullable String given) {
        Object before = saved.get(name);
        if (before == null) {
            return given;
        }
        String value = before.toString();
        if (given != null && !given.equals(value) && !isSameNumber(given, value)) {
            throw changed(name, value, given);
        }
        return value;
    }

    @Nullable Double number(String name, @Nullable Double given) {
        String value = text(name, given == null ? null : given.toString());
        return value == null ? null : Double.valueOf(value);
    }

    long whole(String name, @Nullable Long given, long otherwise) {
        String value = text(name, given == null ? null : given.toString());
        return value == null ? otherwise : Long.parseLong(value);
    }

    /// A setting that may be another one after a resume, such as the number of iterations.
    long changeable(String name, @Nullable Long given, long otherwise) {
        Object before = saved.get(name);
        return given != null ? given : before != null ? Long.parseLong(before.toString()) : otherwise;
    }

    private static boolean isSameNumber(String a, String b) {
        try {
            return Double.parseDouble(a) == Double.parseDouble(b);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static UsageException changed(String name, String before, String given) {
        return new UsageException(
                "--%s %s: the run to resume was started with %s; leave the option out, or start a new run with --out."
                        .formatted(name, given, before));
    }
}
