package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Facts;
import aligrad.tensor.DType;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// The numbers that kernels of products are compiled for: how much a group or a work-item computes.
///
/// They change how long a product takes. Where its terms are cut depends on them, too, so they can
/// change the last bits of a sum.
sealed interface Sizes permits TileSizes, PanelSizes {

    /// The numbers with their names, in the order in which they are printed.
    Map<String, Integer> numbers();

    /// Why kernels of these sizes cannot be compiled for a device, or not run there; `null` if they
    /// can.
    @Nullable String obstacle(Facts facts, DType dtype);

    /// Rows, columns and terms of a product that ends within the second tile along each of them.
    int[] ragged(DType dtype);

    /// The numbers as `rows=8 across=2`.
    default String text() {
        return numbers().entrySet().stream()
                .map(e -> e.getKey() + '=' + e.getValue())
                .collect(Collectors.joining(" "));
    }

    /// The numbers of a text from [#text].
    ///
    /// @throws IllegalArgumentException if it is none
    static Map<String, Integer> numbers(String text) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (String each : text.split(" ")) {
            String[] pair = each.split("=", -1);
            if (pair.length != 2 || !pair[1].matches("[0-9]{1,6}")) {
                throw new IllegalArgumentException("'" + each + "' is no size");
            }
            numbers.put(pair[0], Integer.valueOf(pair[1]));
        }
        return numbers;
    }

    /// How far two are apart: the sum of the factors between their numbers, in doublings.
    default double distance(Sizes other) {
        double sum = 0;
        for (Map.Entry<String, Integer> each : numbers().entrySet()) {
            double mine = each.getValue();
            double theirs = other.numbers().getOrDefault(each.getKey(), each.getValue());
            sum += Math.abs(Math.log(mine / theirs)) / Math.log(2);
        }
        return sum;
    }
}
