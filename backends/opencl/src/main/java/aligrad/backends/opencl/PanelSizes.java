package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Facts;
import aligrad.tensor.DType;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The sizes of `panels.cl`: a processor's work-item keeps `rows` rows of `across` vectors of
/// results in registers.
///
/// With two vectors a row, an element of the first factor is read half as often for each product,
/// and there are half as many rows to point at, so that the pointers are registers, too. With one,
/// fewer lanes are empty where there are few columns.
///
/// @param bytes of a vector: 16, 32 or 64
/// @param terms terms that are multiplied for all tiles of a work-item before the next ones
/// @param tiles that a work-item computes with one panel while it is in the cache
record PanelSizes(int rows, int across, int bytes, int terms, int tiles) implements Sizes {

    private static final int MOST_ROWS = 16;
    private static final int MOST_ACROSS = 3;

    /// Registers of 64 bytes; of the shorter ones there are 16 on most processors.
    private static final int REGISTERS = 32;

    /// All that may be worth a trial.
    ///
    /// @param vectorBytes the device's vectors; longer ones are several of its registers
    static List<Sizes> all(int vectorBytes) {
        List<Sizes> all = new ArrayList<>();
        for (int bytes : new int[] {vectorBytes, vectorBytes / 2}) {
            for (int rows : new int[] {4, 5, 6, 8, 9, 10, 12, 14}) {
                for (int across = 1; across <= MOST_ACROSS; across++) {
                    for (int terms : new int[] {128, 256, 512}) {
                        for (int tiles : new int[] {4, 8, 16}) {
                            all.add(new PanelSizes(rows, across, bytes, terms, tiles));
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
    static PanelSizes of(Map<String, Integer> numbers) {
        if (numbers.size() == 5) {
            List<Integer> n = List.copyOf(numbers.values());
            PanelSizes sizes = new PanelSizes(n.get(0), n.get(1), n.get(2), n.get(3), n.get(4));
            if (sizes.numbers().equals(numbers)) {
                return sizes;
            }
        }
        throw new IllegalArgumentException(
                numbers + ": sizes of panels are " + new PanelSizes(8, 2, 64, 256, 8).text());
    }

    @Override
    public Map<String, Integer> numbers() {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("rows", rows);
        numbers.put("across", across);
        numbers.put("bytes", bytes);
        numbers.put("terms", terms);
        numbers.put("tiles", tiles);
        return numbers;
    }

    @Override
    public @Nullable String obstacle(Facts facts, DType dtype) {
        if (rows < 1 || rows > MOST_ROWS || across < 1 || across > MOST_ACROSS) {
            return "rows are from 1 to %d, vectors from 1 to %d".formatted(MOST_ROWS, MOST_ACROSS);
        }
        if ((bytes != 16 && bytes != 32 && bytes != 64) || terms < 1 || tiles < 1) {
            return "vectors have 16, 32 or 64 bytes, and there is at least one term and tile";
        }
        if (rows * across + across >= REGISTERS) {
            return "sums and factors do not fit into %d registers".formatted(REGISTERS);
        }
        return null;
    }

    @Override
    public int[] ragged(DType dtype) {
        // enough rows that the second factor is packed, and more terms than are multiplied at once
        return new int[] {5 * rows + 3 + 48, columns(dtype) + 5, terms + 45};
    }

    /// Elements of a vector.
    int lanes(DType dtype) {
        return bytes / dtype.bytes();
    }

    /// Columns of a panel.
    int columns(DType dtype) {
        return across * lanes(dtype);
    }

    /// Whether more than a quarter as many lanes as there are columns stay empty.
    boolean wastes(Product p) {
        int vectors = Math.ceilDiv(p.n(), lanes(p.dtype()));
        return 4 * (panels(p) * across - vectors) > vectors;
    }

    /// Panels over all columns.
    int panels(Product p) {
        return Math.ceilDiv(p.n(), columns(p.dtype()));
    }

    /// Tiles over all rows; none reaches over the channels of two taps.
    int tiles(Product p) {
        Patches patches = p.patches();
        if (p.form() != Product.Form.TAPS || patches == null) {
            return Math.ceilDiv(p.m(), rows);
        }
        return p.m() / patches.channels() * Math.ceilDiv(patches.channels(), rows);
    }

    /// The compiler options.
    String options(Product p) {
        return p.variant()
                + p.vectors(lanes(p.dtype()))
                + " -DPANELS -DROWS=%d -DACROSS=%d -DTERMS=%d".formatted(rows, across, terms);
    }
}
