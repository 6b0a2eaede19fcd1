package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.util.Map;

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
        try {
            return value == null ? null : Double.valueOf(value);
        } catch (NumberFormatException e) {
            throw damaged(name, value, e);
        }
    }

    long whole(String name, @Nullable Long given, long otherwise) {
        String value = text(name, given == null ? null : given.toString());
        return value == null ? otherwise : whole(name, value);
    }

    /// A setting that may be another one after a resume, such as the number of iterations.
    long changeable(String name, @Nullable Long given, long otherwise) {
        Object before = saved.get(name);
        return given != null ? given : before != null ? whole(name, before) : otherwise;
    }

    /// Refuses to resume where what was found is not what the run was started with.
    ///
    /// @param source what the user named, such as an option with its value
    void requireSame(String name, String found, String source) {
        Object before = saved.get(name);
        if (before != null && !before.toString().equals(found)) {
            throw new UsageException(
                    "%s: the %s there are not those of the run to resume; they were %s, now they are %s."
                            .formatted(source, name, before, found));
        }
    }

    private static long whole(String name, Object saved) {
        try {
            return Long.parseLong(saved.toString());
        } catch (NumberFormatException e) {
            throw damaged(name, saved, e);
        }
    }

    private static boolean isSameNumber(String a, String b) {
        try {
            return Double.parseDouble(a) == Double.parseDouble(b);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static UsageException damaged(
            String name, @Nullable Object saved, NumberFormatException e) {
        return new UsageException(
                "the run to resume has %s: %s in its config.yaml, which is no such number."
                        .formatted(name, saved),
                e);
    }

    private static UsageException changed(String name, String before, String given) {
        return new UsageException(
                "--%s %s: the run to resume was started with %s; leave the option out, or start a new run with --out."
                        .formatted(name, given, before));
    }
}
