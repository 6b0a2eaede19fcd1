package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Facts;
import aligrad.tensor.DType;

import java.util.EnumMap;
import java.util.Map;

/// Which sizes a device's products are computed with, and where they come from: what was tuned for
/// it, else what is [Shipped].
///
/// `-Daligrad.opencl.deterministic=true` pins the latter, so that tuning cannot change the bits of
/// a sum. Only `F32` is tuned: who computes in `F64` wants digits, and its registers are half as
/// many.
final class Choices {

    private static final String PROPERTY = "aligrad.opencl.deterministic";

    private final Map<ShapeClass, Sizes> shipped;
    private final Map<ShapeClass, Sizes> chosen;
    private final String origin;

    private Choices(Map<ShapeClass, Sizes> shipped, Map<ShapeClass, Sizes> chosen, String origin) {
        this.shipped = shipped;
        this.chosen = chosen;
        this.origin = origin;
    }

    /// Those of a device.
    static Choices of(Facts facts, Family family, Tuning tuning) {
        Shipped row = Shipped.of(facts, family);
        if (Boolean.getBoolean(PROPERTY)) {
            String origin = "as shipped for %s, pinned by -D%s".formatted(row.title(), PROPERTY);
            return new Choices(row.sizes(), row.sizes(), origin);
        }
        Map<ShapeClass, Sizes> chosen = new EnumMap<>(row.sizes());
        Map<ShapeClass, Tuning.Entry> found = tuning.entries(family);
        found.forEach((kind, entry) -> chosen.put(kind, entry.sizes()));
        if (found.isEmpty()) {
            return new Choices(row.sizes(), chosen, "as shipped for " + row.title());
        }
        String origin = "tuned (%s)".formatted(tuning.file());
        boolean all = found.keySet().containsAll(family.classes());
        return new Choices(
                row.sizes(), chosen, all ? origin : origin + ", else shipped for " + row.title());
    }

    /// Those of a row of the table, whatever the device.
    static Choices of(Shipped row) {
        return new Choices(row.sizes(), row.sizes(), "as shipped for " + row.title());
    }

    /// One for all products.
    static Choices only(Sizes sizes) {
        Map<ShapeClass, Sizes> all = new EnumMap<>(ShapeClass.class);
        for (ShapeClass kind : ShapeClass.values()) {
            all.put(kind, sizes);
        }
        return new Choices(all, all, "for a trial");
    }

    /// The sizes for products of a class. The sums of large tiles in double precision would not fit
    /// into registers, so there they are those of small ones.
    Sizes of(ShapeClass kind, DType dtype) {
        if (dtype == DType.F32) {
            return sizes(chosen, kind);
        }
        return sizes(shipped, kind == ShapeClass.LARGE ? ShapeClass.SMALL : kind);
    }

    /// Those that are shipped for a class: for a product that the chosen ones do not suit.
    Sizes shipped(ShapeClass kind) {
        return sizes(shipped, kind);
    }

    private static Sizes sizes(Map<ShapeClass, Sizes> of, ShapeClass kind) {
        Sizes sizes = of.get(kind);
        if (sizes == null) {
            throw new AssertionError("no sizes for products of class " + kind.label());
        }
        return sizes;
    }

    /// What is chosen and why, for people.
    String describe(Family family) {
        StringBuilder text = new StringBuilder("products by " + family.label() + ", " + origin);
        String separator = ": ";
        for (ShapeClass kind : family.classes()) {
            text.append(separator)
                    .append(kind.label())
                    .append(' ')
                    .append(
                            String.join(
                                    "x",
                                    sizes(chosen, kind).numbers().values().stream()
                                            .map(Object::toString)
                                            .toList()));
            separator = "; ";
        }
        return text.toString();
    }
}
