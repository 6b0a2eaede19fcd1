#include "product.cl"

// Matrix products with few results, or thin ones, which would leave tiles empty: a work-item
// computes one result, or one piece of its terms, in chains of fma() that overlap: a vector of them
// where the terms lie together, otherwise four.

kernel void dots(
        global const T* a, global const T* b, global const T* bias, global T* c, const P p) {
    const long i = get_global_id(0);
    if (i >= p.m * p.n) return;
    const int z = get_global_id(2);
    const int item = z / (int)p.splits;
    const int split = z - item * (int)p.splits;
    const int row = (int)(i / p.n), column = (int)(i % p.n);
    const int first = split * (int)p.splitK;
    const int end = (int)min(p.k, first + p.splitK);
    const long a0 = start_of_a(&p, item);
    global const T* by = b + start_of_b(&p, item) + column * p.bCol;
    const Row r = ROW_AT(&p, row);
    T s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int k = first;
#if !defined(PATCHES) && !defined(TAPS)
    if (p.aCol == 1 && p.bRow == 1 && end - first >= 4 * LANES) {
        V sums = 0;
        for (; k + LANES <= end; k += LANES) {
            sums = fma(LOAD(0, a + a0 + r + k), LOAD(0, by + k), sums);
        }
        T lanes[LANES];
        STORE(sums, 0, lanes);
        for (int lane = 0; lane < LANES; lane++) s1 += lanes[lane];
    }
#endif
    for (; k + 4 <= end; k += 4) {
        s0 = fma(ELEMENT(a, a0, &p, r, COLUMN_AT(&p, k)), by[k * p.bRow], s0);
        s1 = fma(ELEMENT(a, a0, &p, r, COLUMN_AT(&p, k + 1)), by[(k + 1) * p.bRow], s1);
        s2 = fma(ELEMENT(a, a0, &p, r, COLUMN_AT(&p, k + 2)), by[(k + 2) * p.bRow], s2);
        s3 = fma(ELEMENT(a, a0, &p, r, COLUMN_AT(&p, k + 3)), by[(k + 3) * p.bRow], s3);
    }
    for (; k < end; k++) {
        s0 = fma(ELEMENT(a, a0, &p, r, COLUMN_AT(&p, k)), by[k * p.bRow], s0);
    }
    const T last = p.hasBias ? bias[p.biasOffset + column * p.biasCol] : 0;
    c[start_of_c(&p, item, split) + row_of_c(&p, row) + column] = (s0 + s1) + (s2 + s3) + last;
}
