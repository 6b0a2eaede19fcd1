package aligrad.experiments;

/// A number of things in words: `1 iteration`, `2 iterations`.
final class Count {

    private Count() {}

    /// @param thing in the singular, of a plural with `s`
    static String of(long number, String thing) {
        return number == 1 ? "1 " + thing : number + " " + thing + "s";
    }
}
