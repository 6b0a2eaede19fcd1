package aligrad.nn;

import aligrad.tensor.Tensor;

/// What the controller of a [Dnc] tells the memory to do at one step: ten quantities, squashed
/// except for strengths, keys and the write vector. With the letters of [DncConfig]:
///
/// @param writeVector `(B, 1, W)`
/// @param eraseVector in (0, 1), `(B, 1, W)`
/// @param freeGates in (0, 1), `(B, R, 1)`
/// @param allocationGate in (0, 1), `(B, 1, 1)`
/// @param writeGate in (0, 1), `(B, 1, 1)`
/// @param readModes backward, forward, content, adding up to 1: `(B, R, 3)`
/// @param writeKey `(B, 1, W)`
/// @param writeStrength `(B, 1, 1)`
/// @param readKeys `(B, R, W)`
/// @param readStrengths `(B, R, 1)`
record DncInterface(
        Tensor writeVector,
        Tensor eraseVector,
        Tensor freeGates,
        Tensor allocationGate,
        Tensor writeGate,
        Tensor readModes,
        Tensor writeKey,
        Tensor writeStrength,
        Tensor readKeys,
        Tensor readStrengths) {

    /// Cuts and squashes the columns of [DncConfig#interfaceSizes()].
    ///
    /// @param raw `(B, columns)`
    static DncInterface of(Tensor raw, DncConfig config) {
        int w = config.wordSize();
        int r = config.readHeads();
        int batch = raw.extent(0);
        Columns columns = new Columns(raw.unsqueeze(1));
        Tensor write = columns.next(w);
        Tensor erase = columns.next(w).sigmoid();
        Tensor free = columns.next(r).reshape(batch, r, 1).sigmoid();
        Tensor allocation = columns.next(1).sigmoid();
        Tensor gate = columns.next(1).sigmoid();
        Tensor modes = columns.next(3 * r).reshape(batch, r, 3).softmax(2);
        Tensor writeKey = columns.next(w);
        Tensor writeStrength = columns.next(1);
        Tensor readKeys = columns.next(r * w).reshape(batch, r, w);
        Tensor readStrengths = columns.next(r).reshape(batch, r, 1);
        return new DncInterface(
                write,
                erase,
                free,
                allocation,
                gate,
                modes,
                writeKey,
                writeStrength,
                readKeys,
                readStrengths);
    }

    /// Takes one block of columns after the other.
    private static final class Columns {
        private final Tensor raw;
        private int taken;

        Columns(Tensor raw) {
            this.raw = raw;
        }

        Tensor next(int n) {
            taken += n;
            return raw.slice(2, taken - n, taken);
        }
    }
}
