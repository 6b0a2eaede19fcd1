package aligrad.nn;

import java.util.LinkedHashMap;
import java.util.Map;

/// The sizes of a [Dnc] with one write head.
///
/// @param inputs numbers in an observation, X
/// @param outputs numbers in an output, Y
/// @param hidden units of the controller, H
/// @param slots rows of the memory, N
/// @param wordSize numbers in a row of the memory, W
/// @param readHeads how many rows are read at each step, R
public record DncConfig(
        int inputs, int outputs, int hidden, int slots, int wordSize, int readHeads) {

    /// The sizes of the repeat-copy experiment: 6 inputs, 5 outputs, 64 units, 16 slots of 16
    /// numbers, 4 read heads.
    public static final DncConfig REPEAT_COPY = new DncConfig(6, 5, 64, 16, 16, 4);

    public DncConfig {
        if (Math.min(Math.min(inputs, outputs), Math.min(hidden, slots)) < 1
                || Math.min(wordSize, readHeads) < 1) {
            throw new IllegalArgumentException(
                    "DNC of %d inputs, %d outputs, %d units, %d slots of %d, %d read heads: all must be at least 1"
                            .formatted(inputs, outputs, hidden, slots, wordSize, readHeads));
        }
    }

    /// Numbers that all heads read together, R·W.
    public int readSize() {
        return readHeads * wordSize;
    }

    /// The quantities that the controller emits and their sizes, in the order of the columns of
    /// `interface.weight`. Heads vary slowest: of the read keys, all W of head 0 come first. The
    /// three read modes of a head are backward, forward, content.
    public Map<String, Integer> interfaceSizes() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("write_vectors", wordSize);
        sizes.put("erase_vectors", wordSize);
        sizes.put("free_gates", readHeads);
        sizes.put("allocation_gate", 1);
        sizes.put("write_gate", 1);
        sizes.put("read_modes", 3 * readHeads);
        sizes.put("write_keys", wordSize);
        sizes.put("write_strengths", 1);
        sizes.put("read_keys", readSize());
        sizes.put("read_strengths", readHeads);
        return sizes;
    }

    /// The columns of `interface.weight`.
    public int interfaceSize() {
        return 3 * wordSize + 3 + 5 * readHeads + readSize();
    }
}
