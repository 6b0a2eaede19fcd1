package aligrad.optim;

/// The ranges in which options may lie. What is outside is named, with the rule.
final class Ranges {

    private Ranges() {}

    /// @param optimizer as its paper calls it, such as `SGD`
    /// @param option such as `momentum`
    static void atLeastZero(String optimizer, String option, double value) {
        if (!(value >= 0)) {
            throw wrong(optimizer, option, value, "it must be at least 0");
        }
    }

    static void aboveZero(String optimizer, String option, double value) {
        if (!(value > 0)) {
            throw wrong(optimizer, option, value, "it must be above 0");
        }
    }

    /// For what an average keeps of its past.
    static void belowOne(String optimizer, String option, double value) {
        if (!(value >= 0 && value < 1)) {
            throw wrong(optimizer, option, value, "it must be at least 0 and below 1");
        }
    }

    /// For shares.
    static void atMostOne(String optimizer, String option, double value) {
        if (!(value > 0 && value <= 1)) {
            throw wrong(optimizer, option, value, "it must be above 0 and at most 1");
        }
    }

    private static IllegalArgumentException wrong(
            String optimizer, String option, double value, String rule) {
        return new IllegalArgumentException(
                "%s with %s %s: %s".formatted(optimizer, option, value, rule));
    }
}
