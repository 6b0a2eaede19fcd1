package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Facts;
import aligrad.tensor.DType;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The sizes of `tiles.cl`: a group computes `rows` by `columns` results from `terms` terms at a
/// time; a work-item `down` by `across` blocks of `lanes` by `lanes` of them.
///
/// @param lanes elements of a vector that is read from local memory
record TileSizes(int rows, int columns, int terms, int down, int across, int lanes)
        implements Sizes {

    /// What every device can hold in registers and, even in double precision, in 18 kB of local
    /// memory.
    static final TileSizes LEAST = new TileSizes(64, 64, 16, 1, 1, 4);

    /// What `tiles.cl` adds to a line, so that lines begin in different banks.
    private static final int PADDING = 4;

    /// A work-item with more sums would keep them in memory: GPUs have 128 to 255 registers for
    /// one, and places of elements and what is read in advance take as many again.
    private static final int MOST_SUMS = 64;

    private static final int LEAST_ITEMS = 32;
    private static final int MOST_ITEMS = 1024;

    /// All that may be worth a trial.
    static List<Sizes> all() {
        List<Sizes> all = new ArrayList<>();
        for (int rows : new int[] {16, 32, 64, 128, 256}) {
            for (int columns : new int[] {16, 32, 64, 128}) {
                for (int terms : new int[] {8, 16, 32}) {
                    for (int down : new int[] {1, 2}) {
                        for (int across : new int[] {1, 2}) {
                            for (int lanes : new int[] {2, 4, 8}) {
                                all.add(new TileSizes(rows, columns, terms, down, across, lanes));
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    /// The sizes of a text.
    ///
    /// @throws IllegalArgumentException if it has not exactly these numbers
    static TileSizes of(Map<String, Integer> numbers) {
        if (numbers.keySet().equals(LEAST.numbers().keySet())) {
            List<Integer> n = List.copyOf(numbers.values());
            TileSizes sizes =
                    new TileSizes(n.get(0), n.get(1), n.get(2), n.get(3), n.get(4), n.get(5));
            if (sizes.numbers().equals(numbers)) {
                return sizes;
            }
        }
        throw new IllegalArgumentException(numbers + ": sizes of tiles are " + LEAST.text());
    }

    @Override
    public Map<String, Integer> numbers() {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("rows", rows);
        numbers.put("columns", columns);
        numbers.put("terms", terms);
        numbers.put("down", down);
        numbers.put("across", across);
        numbers.put("lanes", lanes);
        return numbers;
    }

    /// Work-items of a group.
    int items() {
        return rows / (down * lanes) * (columns / (across * lanes));
    }

    /// Groups of a product.
    long groups(Product p) {
        return Math.ceilDiv((long) p.m(), rows) * Math.ceilDiv(p.n(), columns) * p.items();
    }

    private long localMemory(DType dtype) {
        return (long) terms * (rows + columns + 2 * PADDING) * dtype.bytes();
    }

    @Override
    public @Nullable String obstacle(Facts facts, DType dtype) {
        if (Math.min(Math.min(rows, columns), Math.min(terms, Math.min(down, across))) < 1
                || (lanes != 2 && lanes != 4 && lanes != 8)
                || rows % (down * lanes) != 0
                || columns % (across * lanes) != 0) {
            return "blocks do not fill the tile";
        }
        if (down * across * lanes * lanes > MOST_SUMS) {
            return "a work-item has more than %d sums".formatted(MOST_SUMS);
        }
        if (items() < LEAST_ITEMS || items() > Math.min(MOST_ITEMS, facts.largestGroup())) {
            return "a group has %d work-items; from %d to %d are possible"
                    .formatted(items(), LEAST_ITEMS, Math.min(MOST_ITEMS, facts.largestGroup()));
        }
        if (rows * terms % items() != 0 || columns * terms % items() != 0) {
            return "the elements of a tile cannot be dealt out evenly";
        }
        if (localMemory(dtype) > facts.localMemory()) {
            return "it takes %d bytes of local memory; there are %d"
                    .formatted(localMemory(dtype), facts.localMemory());
        }
        return null;
    }

    @Override
    public int[] ragged(DType dtype) {
        return new int[] {rows + 3, columns + 5, 2 * terms + 3};
    }

    /// The compiler options.
    String options(Product p) {
        return p.variant()
                + p.vectors(lanes)
                + " -DBM=%d -DBN=%d -DBK=%d -DDOWN=%d -DACROSS=%d"
                        .formatted(rows, columns, terms, down, across);
    }
}
