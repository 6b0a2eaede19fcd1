package aligrad.tensor.spi;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Function;

/// What a backend has made of each program so far, found by structure.
///
/// Looking one up takes no lock and allocates nothing, because a training step does it thousands of
/// times.
///
/// @param <T> the backend's own form of a program
public final class Programs<T> {

    private final Function<Program, T> maker;
    private volatile @Nullable Entry<T>[] table = newTable(256);
    private int size;

    /// @param maker called once for each structure
    public Programs(Function<Program, T> maker) {
        this.maker = maker;
    }

    private record Entry<T>(int hash, int[] key, T made, @Nullable Entry<T> next) {}

    /// What was made for the program with this key.
    T get(int[] key, int length, int nodes) {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + key[i];
        }
        hash ^= hash >>> 15;
        T found = find(table, hash, key, length);
        return found != null ? found : make(hash, Arrays.copyOf(key, length), nodes);
    }

    private static <T> @Nullable T find(
            @Nullable Entry<T>[] table, int hash, int[] key, int length) {
        for (Entry<T> e = table[hash & table.length - 1]; e != null; e = e.next) {
            if (e.hash == hash && Arrays.equals(e.key, 0, e.key.length, key, 0, length)) {
                return e.made;
            }
        }
        return null;
    }

    private synchronized T make(int hash, int[] key, int nodes) {
        T found = find(table, hash, key, key.length);
        if (found != null) {
            return found;
        }
        @Nullable Entry<T>[] grown =
                newTable(++size > table.length ? 2 * table.length : table.length);
        for (Entry<T> first : table) {
            for (Entry<T> e = first; e != null; e = e.next) {
                insert(grown, e.hash, e.key, e.made);
            }
        }
        T made = maker.apply(new Program(key, nodes));
        insert(grown, hash, key, made);
        table = grown;
        return made;
    }

    private static <T> void insert(@Nullable Entry<T>[] into, int hash, int[] key, T made) {
        int slot = hash & into.length - 1;
        into[slot] = new Entry<>(hash, key, made, into[slot]);
    }

    @SuppressWarnings("unchecked")
    private static <T> @Nullable Entry<T>[] newTable(int length) {
        return (Entry<T>[]) new Entry<?>[length];
    }

    /// How many structures were seen.
    public synchronized int size() {
        return size;
    }
}
