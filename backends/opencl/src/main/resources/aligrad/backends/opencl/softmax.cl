// Softmax and its logarithm along lines of n elements: line (o, i) of x begins at
// x + o * xo + i * xi and has steps xj; y is row-major.

typedef struct { long lines, n, inner, log, x, xo, xj, xi; } P;

// Work-items that share a line, as Lines.GROUP.
#define GROUP 128

// Terms that are summed before their sum is added to that of the line, for the sake of rounding.
#define PIECE 64

kernel void lines(global const T* x, global T* y, const P p) {
    const long line = get_global_id(0);
    if (line >= p.lines) return;
    const long o = quotient(line, p.inner), i = line - o * p.inner;
    global const T* from = x + (p.x + o * p.xo + i * p.xi);
    global T* to = y + (o * p.n * p.inner + i);

    T largest = -INFINITY;
    for (long j = 0; j < p.n; j++) largest = fmax(largest, from[j * p.xj]);

    T sum = 0;
    for (long first = 0; first < p.n; first += PIECE) {
        const long end = min(first + PIECE, p.n);
        T piece = 0;
        for (long j = first; j < end; j++) {
            const T e = exp(from[j * p.xj] - largest);
            if (!p.log) to[j * p.inner] = e;
            piece += e;
        }
        sum += piece;
    }

    if (p.log) {
        const T logarithm = log(sum);
        for (long j = 0; j < p.n; j++) to[j * p.inner] = from[j * p.xj] - largest - logarithm;
    } else {
        for (long j = 0; j < p.n; j++) to[j * p.inner] = to[j * p.inner] / sum;
    }
}

// The same by a group for each line: work-item k takes the elements k, k + GROUP and so on, and what they
// found is joined as a tree.
kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void shared_lines(
        global const T* x, global T* y, const P p) {
    local T found[GROUP];
    const int k = get_local_id(0);
    const long line = get_group_id(0);
    const long o = quotient(line, p.inner), i = line - o * p.inner;
    global const T* from = x + (p.x + o * p.xo + i * p.xi);
    global T* to = y + (o * p.n * p.inner + i);

    T own = -INFINITY;
    for (long j = k; j < p.n; j += GROUP) own = fmax(own, from[j * p.xj]);
    found[k] = own;
    for (int width = GROUP / 2; width > 0; width /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (k < width) found[k] = fmax(found[k], found[k + width]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    const T largest = found[0];
    barrier(CLK_LOCAL_MEM_FENCE);

    own = 0;
    for (long j = k; j < p.n; j += GROUP) {
        const T e = exp(from[j * p.xj] - largest);
        if (!p.log) to[j * p.inner] = e;
        own += e;
    }
    found[k] = own;
    for (int width = GROUP / 2; width > 0; width /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (k < width) found[k] += found[k + width];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    const T sum = found[0];
    const T logarithm = log(sum);

    for (long j = k; j < p.n; j += GROUP) {
        to[j * p.inner] = p.log ? from[j * p.xj] - largest - logarithm : to[j * p.inner] / sum;
    }
}
