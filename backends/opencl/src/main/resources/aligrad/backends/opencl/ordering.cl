// Positions by order along lines of n elements: line (o, i) of x begins at x + o * xo + i * xi and
// has steps xj.

#if BITS == 64
typedef ulong K;
#define AS_BITS(x) as_ulong(x)
#else
typedef uint K;
#define AS_BITS(x) as_uint(x)
#endif

#define TOP ((K)1 << (BITS - 1))

// An unsigned number of the same order: not-a-number is the largest, and the two zeros are equal.
inline K key(T x) {
#ifdef REAL
    const K bits = x == 0 ? 0 : AS_BITS(x);
    return isnan(x) ? ~(K)0 : bits & TOP ? ~bits : bits | TOP;
#else
    return (K)x ^ TOP;
#endif
}

typedef struct { long size, n, inner, descending, x, xo, xj, xi; } Keys;

// The keys, row-major, of which the smallest comes first.
kernel void keys(global const T* x, global K* y, const Keys p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long3 at = place_along(i, p.n, p.inner);
    const K its = key(x[p.x + at.x * p.xo + at.y * p.xj + at.z * p.xi]);
    y[i] = p.descending ? ~its : its;
}

typedef struct { long size, n, inner; } Positions;

// Sorted lines, which lie one after the other, brought to their places.
kernel void positions(global const int* order, global long* y, const Positions p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long3 at = place_along(i, p.n, p.inner);
    y[i] = order[(at.x * p.inner + at.z) * p.n + at.y];
}

typedef struct { long lines, n, inner, largest, x, xo, xj, xi; } Extremes;

// A key of which the largest is the extreme; not-a-number is, whatever is looked for.
inline K extreme_key(T x, long largest) {
#ifdef REAL
    if (isnan(x)) return ~(K)0;
#endif
    return largest ? key(x) : ~key(x);
}

kernel void extremes(global const T* x, global long* y, const Extremes p) {
    const long line = get_global_id(0);
    if (line >= p.lines) return;
    const long o = quotient(line, p.inner), i = line - o * p.inner;
    global const T* from = x + (p.x + o * p.xo + i * p.xi);
    K best = extreme_key(from[0], p.largest);
    long place = 0;
    for (long j = 1; j < p.n; j++) {
        const K its = extreme_key(from[j * p.xj], p.largest);
        if (its > best) {
            best = its;
            place = j;
        }
    }
    y[line] = place;
}

// Work-items that share a line, as Lines.GROUP.
#define GROUP 128

// The same by a group for each line, which has at least GROUP elements: work-item k takes the
// elements k, k + GROUP and so on, and what they found is joined as a tree.
kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void shared_extremes(
        global const T* x, global long* y, const Extremes p) {
    local K keys[GROUP];
    local long places[GROUP];
    const int k = get_local_id(0);
    const long line = get_group_id(0);
    const long o = quotient(line, p.inner), i = line - o * p.inner;
    global const T* from = x + (p.x + o * p.xo + i * p.xi);
    K best = extreme_key(from[k * p.xj], p.largest);
    long place = k;
    for (long j = k + GROUP; j < p.n; j += GROUP) {
        const K its = extreme_key(from[j * p.xj], p.largest);
        if (its > best) {
            best = its;
            place = j;
        }
    }
    keys[k] = best;
    places[k] = place;
    for (int width = GROUP / 2; width > 0; width /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (k < width) {
            const K its = keys[k + width];
            const long there = places[k + width];
            if (its > keys[k] || (its == keys[k] && there < places[k])) {
                keys[k] = its;
                places[k] = there;
            }
        }
    }
    if (k == 0) y[line] = places[0];
}
