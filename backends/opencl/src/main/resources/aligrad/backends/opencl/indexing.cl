// Reading and adding at positions along an axis, which were checked before.
//
// A tensor along the axis is lines of elements: line (o, i) of x begins at x + o * xo + i * xi and
// has steps xj, its positions begin at o * po + i * pi and have steps pj.

typedef struct { long size, n, inner, po, pj, pi, x, xo, xj, xi; } Take;

// Element j of a line of y is that of x at the j-th position.
kernel void take(
        global const T* x, global const int* positions, global T* y, const Take p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long3 at = place_along(i, p.n, p.inner);
    const long position = positions[at.x * p.po + at.y * p.pj + at.z * p.pi];
    y[i] = x[p.x + at.x * p.xo + position * p.xj + at.z * p.xi];
}

typedef struct { long size, extent, inner, n, po, pj, pi, x, xo, xj, xi; } Add;

// An element of y is the sum of those of x whose position is its own; all n are looked through.
kernel void add(global const T* x, global const int* positions, global T* y, const Add p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long3 at = place_along(i, p.extent, p.inner);
    const long position = at.x * p.po + at.z * p.pi;
    const long from = p.x + at.x * p.xo + at.z * p.xi;
    T sum = 0;
    for (long j = 0; j < p.n; j++) {
        if (positions[position + j * p.pj] == at.y) sum = ADDED(sum, x[from + j * p.xj]);
    }
    y[i] = sum;
}

// Lines of n sorted positions, and `extent` bounds for each.
typedef struct { long size, n, extent; } Starts;

// How many of a line's positions are less than each one that there is.
kernel void starts(global const uint* sorted, global int* y, const Starts p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long line = quotient(i, p.extent), position = i - line * p.extent;
    global const uint* from = sorted + line * p.n;
    long low = 0, high = p.n;
    while (low < high) {
        const long k = (low + high) / 2;
        if (from[k] < position) {
            low = k + 1;
        } else {
            high = k;
        }
    }
    y[i] = (int)low;
}

// Line (o, i) of x has the sorted positions of line o * lo + i * li.
typedef struct { long size, extent, inner, n, lo, li, x, xo, xj, xi; } AddSorted;

// An element of y is the sum of those of x whose position is its own: in the sorted order, they
// stand together.
kernel void add_sorted(
        global const T* x, global const int* order, global const int* starts, global T* y,
        const AddSorted p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long3 at = place_along(i, p.extent, p.inner);
    const long line = at.x * p.lo + at.z * p.li;
    const long start = line * (p.extent + 1) + at.y;
    const long from = p.x + at.x * p.xo + at.z * p.xi;
    const int end = starts[start + 1];
    T sum = 0;
    for (int k = starts[start]; k < end; k++) {
        sum = ADDED(sum, x[from + order[line * p.n + k] * p.xj]);
    }
    y[i] = sum;
}
