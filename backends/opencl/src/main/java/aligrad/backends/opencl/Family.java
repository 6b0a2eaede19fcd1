package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Facts;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The families of kernels for products that are compiled for sizes.
enum Family {
    /// Tiles in local memory, for GPUs: [GemmTiles].
    TILES,
    /// Panels in registers, where work-items are loops of a processor: [GemmPanels].
    PANELS;

    private static final String PROPERTY = "aligrad.opencl.gemm";

    /// The one that suits a device, or that was chosen: `-Daligrad.opencl.gemm=tiles` or `panels`.
    static Family of(Facts facts) {
        String chosen = System.getProperty(PROPERTY);
        if (chosen == null) {
            return facts.cpu() ? PANELS : TILES;
        }
        return Arrays.stream(values())
                .filter(family -> family.label().equals(chosen))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "-D%s=%s: it is 'tiles' or 'panels'; leave it out to have what suits the device"
                                                .formatted(PROPERTY, chosen)));
    }

    /// As it is printed and kept.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The classes that its products are sorted into.
    List<ShapeClass> classes() {
        return switch (this) {
            case TILES -> List.of(ShapeClass.values());
            case PANELS ->
                    List.of(
                            ShapeClass.NARROW,
                            ShapeClass.SMALL,
                            ShapeClass.LARGE,
                            ShapeClass.CONVOLUTION,
                            ShapeClass.FILTER);
        };
    }

    /// The sizes that a text from [Sizes#text] names.
    ///
    /// @throws IllegalArgumentException if they are none of this family
    Sizes sizes(String text) {
        Map<String, Integer> numbers = Sizes.numbers(text);
        return switch (this) {
            case TILES -> TileSizes.of(numbers);
            case PANELS -> PanelSizes.of(numbers);
        };
    }

    /// What may be tried for a class, the neighbours of `from` first.
    List<Sizes> candidates(ShapeClass kind, Facts facts, Sizes from) {
        List<Sizes> all =
                switch (this) {
                    case TILES -> TileSizes.all();
                    case PANELS ->
                            PanelSizes.all(facts.vectorBytes()).stream()
                                    .filter(s -> suits(kind, (PanelSizes) s))
                                    .toList();
                };
        return all.stream()
                .filter(sizes -> !sizes.equals(from))
                .sorted(Comparator.comparingDouble(from::distance))
                .toList();
    }

    /// Narrow panels are there for products that wider ones would leave half empty; windows are not
    /// cut along their terms.
    private static boolean suits(ShapeClass kind, PanelSizes sizes) {
        boolean cutsTerms = kind != ShapeClass.CONVOLUTION && kind != ShapeClass.FILTER;
        return (kind != ShapeClass.NARROW || sizes.across() == 1)
                && (cutsTerms || sizes.terms() == Shipped.TERMS);
    }

    /// The kernels, with the sizes of `choices`.
    Gemm.Engine engine(OpenClDevice device, Choices choices) {
        GemmDots dots = new GemmDots(device);
        return switch (this) {
            case TILES -> new GemmTiles(device, dots, choices);
            case PANELS -> new GemmPanels(device, dots, choices);
        };
    }
}
