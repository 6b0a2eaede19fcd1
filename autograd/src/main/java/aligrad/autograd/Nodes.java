package aligrad.autograd;

import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

/// The nodes of a graph by their tensor: a table with open addressing, because a step of training
/// looks thousands of them up and a map would cost as much as the kernels.
final class Nodes {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private @Nullable Node[] table = new @Nullable Node[256];
    private int shift = Long.SIZE - 8;
    private int size;

    /// The node of a tensor, or `null`.
    @Nullable Node find(Tensor tensor) {
        int mask = table.length - 1;
        for (int i = place(tensor); ; i = (i + 1) & mask) {
            Node node = table[i];
            if (node == null || node.tensor == tensor) {
                return node;
            }
        }
    }

    /// Adds a node whose tensor has none yet.
    void add(Node node) {
        if (2 * ++size > table.length) {
            grow();
        }
        insert(node);
    }

    private void insert(Node node) {
        int mask = table.length - 1;
        int i = place(node.tensor);
        while (table[i] != null) {
            i = (i + 1) & mask;
        }
        table[i] = node;
    }

    private void grow() {
        @Nullable Node[] old = table;
        table = new @Nullable Node[2 * old.length];
        shift--;
        for (Node node : old) {
            if (node != null) {
                insert(node);
            }
        }
    }

    /// Multiplicative hashing (Knuth, *The Art of Computer Programming* 6.4) spreads the mostly
    /// successive numbers evenly.
    private int place(Tensor tensor) {
        return (int) ((tensor.id() * GOLDEN) >>> shift);
    }
}
