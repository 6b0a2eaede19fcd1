// Sorting of lines of n unsigned numbers T, see Sorting. Sorted lines lie one after the other.

// Elements of a block, as Sorting.BLOCK.
#define BLOCK 64

typedef struct { long size, n, inner; } Blocks;

// Sorts each block of a line, whose elements are `inner` apart in x: an element's place is the
// number of those that come before it.
kernel void blocks(global const T* x, global T* keys, global int* order, const Blocks p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long line = quotient(i, p.n);
    const int j = (int)(i - line * p.n);
    const long o = quotient(line, p.inner);
    global const T* from = x + (o * p.n * p.inner + (line - o * p.inner));
    const int first = j / BLOCK * BLOCK;
    const int end = (int)min((long)first + BLOCK, p.n);
    const T key = from[j * p.inner];
    int before = 0;
    for (int k = first; k < j; k++) before += from[k * p.inner] <= key;
    for (int k = j + 1; k < end; k++) before += from[k * p.inner] < key;
    const long to = line * p.n + first + before;
    keys[to] = key;
    order[to] = j;
}

typedef struct { long size, n, width; } Merge;

// Merges sorted runs of `width` elements into runs twice as long: an element's place is its place
// in its own run, and the number of elements of the other that come before it.
kernel void merge(
        global const T* fromKeys, global const int* fromOrder, global T* keys, global int* order,
        const Merge p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long line = quotient(i, p.n), j = i - line * p.n;
    const long run = quotient(j, p.width);
    const bool second = run & 1;
    const long start = (run - second) * p.width, middle = min(start + p.width, p.n);
    const T key = fromKeys[i];
    long low = second ? start : middle;
    long high = second ? middle : min(middle + p.width, p.n);
    const long other = low;
    while (low < high) {
        const long k = (low + high) / 2;
        const T its = fromKeys[line * p.n + k];
        if (second ? its <= key : its < key) {
            low = k + 1;
        } else {
            high = k;
        }
    }
    const long to = line * p.n + start + (j - run * p.width) + (low - other);
    keys[to] = key;
    order[to] = fromOrder[i];
}
