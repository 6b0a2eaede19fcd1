#include "product.cl"

// Matrix products for devices whose work-items share local memory: a group of 256 work-items
// computes a tile of BM*BN results from BK terms at a time. A work-item computes 4*4 results, or as
// many as there are in a large tile, in blocks of 4*4 that lie a block of every other one apart.
//
// The next terms are read from global memory while the last ones are multiplied. Rows and columns
// past the end are read as the last ones and not stored; terms past the end are zeros.

#define ITEMS 256
#define BK 16
#define READS_A (BM * BK / ITEMS)
#define READS_B (BN * BK / ITEMS)
// Blocks of a work-item, down and across, and how far they are apart.
#define ACROSS (BN == 128 ? 2 : 1)
#define STEP_ACROSS (BN / ACROSS)
#define ITEMS_ACROSS (STEP_ACROSS / 4)
#define STEP_DOWN (ITEMS / ITEMS_ACROSS * 4)
#define DOWN (BM / STEP_DOWN)
// Lines of a tile begin in different banks, and vectors stay aligned.
#define PITCH_A (BM + 4)
#define PITCH_B (BN + 4)

// Read number i of a work-item: its line of the tile and its term. Neighbours read along what lies
// together.
#define LINE(along, side, i) ((along) ? (lid + ITEMS * (i)) / BK : (lid + ITEMS * (i)) % side)
#define TERM(along, side, i) ((along) ? (lid + ITEMS * (i)) % BK : (lid + ITEMS * (i)) / side)
#define LINE_A(i) LINE(A_ALONG, BM, i)
#define TERM_A(i) TERM(A_ALONG, BM, i)
#define LINE_B(i) LINE(B_ALONG, BN, i)
#define TERM_B(i) TERM(B_ALONG, BN, i)

#if defined(PATCHES)
#define A_ALONG true
#elif defined(TAPS)
#define A_ALONG false
#else
#define A_ALONG (p.aCol == 1)
#endif
#define B_ALONG (p.bRow == 1 && p.bCol != 1)

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void tiles(global const T* a, global const T* b, global const T* bias, global T* c, const P p) {
    local T as[BK * PITCH_A] __attribute__((aligned(64)));
    local T bs[BK * PITCH_B] __attribute__((aligned(64)));
    const int lid = get_local_id(0);
    const int m = p.m, n = p.n;
    const int row0 = (int)get_group_id(0) * BM, column0 = (int)get_group_id(1) * BN;
    const int item = (int)get_group_id(2) / (int)p.splits;
    const int split = (int)get_group_id(2) - item * (int)p.splits;
    const int first = split * (int)p.splitK;
    const int end = (int)min(p.k, first + p.splitK);
    const long a0 = start_of_a(&p, item), b0 = start_of_b(&p, item);

    Row rows[READS_A];
    long columns[READS_B];
#pragma unroll
    for (int i = 0; i < READS_A; i++) rows[i] = ROW_AT(&p, min(row0 + LINE_A(i), m - 1));
#pragma unroll
    for (int i = 0; i < READS_B; i++) columns[i] = b0 + min(column0 + LINE_B(i), n - 1) * p.bCol;
    T nextA[READS_A], nextB[READS_B];
#define READ(from)                                                                                 \
    _Pragma("unroll") for (int i = 0; i < READS_A; i++) {                                          \
        const int k = (from) + TERM_A(i);                                                          \
        nextA[i] = k < end ? ELEMENT(a, a0, &p, rows[i], COLUMN_AT(&p, k)) : (T)0;                 \
    }                                                                                              \
    _Pragma("unroll") for (int i = 0; i < READS_B; i++) {                                          \
        const int k = (from) + TERM_B(i);                                                          \
        nextB[i] = k < end ? b[columns[i] + k * p.bRow] : (T)0;                                    \
    }
    READ(first)

    const int down = lid / ITEMS_ACROSS * 4, across = lid % ITEMS_ACROSS * 4;
    T4 sums[DOWN * 4][ACROSS];
#pragma unroll
    for (int i = 0; i < DOWN * 4; i++) {
#pragma unroll
        for (int j = 0; j < ACROSS; j++) sums[i][j] = 0;
    }
    for (int from = first; from < end; from += BK) {
#pragma unroll
        for (int i = 0; i < READS_A; i++) as[TERM_A(i) * PITCH_A + LINE_A(i)] = nextA[i];
#pragma unroll
        for (int i = 0; i < READS_B; i++) bs[TERM_B(i) * PITCH_B + LINE_B(i)] = nextB[i];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (from + BK < end) {
            READ(from + BK)
        }
#pragma unroll
        for (int term = 0; term < BK; term++) {
            T4 x[DOWN], y[ACROSS];
#pragma unroll
            for (int i = 0; i < DOWN; i++) {
                x[i] = vload4(0, as + term * PITCH_A + i * STEP_DOWN + down);
            }
#pragma unroll
            for (int j = 0; j < ACROSS; j++) {
                y[j] = vload4(0, bs + term * PITCH_B + j * STEP_ACROSS + across);
            }
#pragma unroll
            for (int i = 0; i < DOWN; i++) {
#pragma unroll
                for (int j = 0; j < ACROSS; j++) {
                    sums[4 * i][j] = fma((T4)(x[i].s0), y[j], sums[4 * i][j]);
                    sums[4 * i + 1][j] = fma((T4)(x[i].s1), y[j], sums[4 * i + 1][j]);
                    sums[4 * i + 2][j] = fma((T4)(x[i].s2), y[j], sums[4 * i + 2][j]);
                    sums[4 * i + 3][j] = fma((T4)(x[i].s3), y[j], sums[4 * i + 3][j]);
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    const long c0 = start_of_c(&p, item, split);
#pragma unroll
    for (int j = 0; j < ACROSS; j++) {
        const int column = column0 + j * STEP_ACROSS + across;
        T4 last = 0;
        if (p.hasBias) {
            global const T* from = bias + p.biasOffset;
            last = (T4)(from[min(column, n - 1) * p.biasCol],
                        from[min(column + 1, n - 1) * p.biasCol],
                        from[min(column + 2, n - 1) * p.biasCol],
                        from[min(column + 3, n - 1) * p.biasCol]);
        }
#pragma unroll
        for (int i = 0; i < DOWN * 4; i++) {
            const int row = row0 + i / 4 * STEP_DOWN + down + i % 4;
            if (row < m && column < n) {
                global T* to = c + c0 + row_of_c(&p, row) + column;
                const T4 result = sums[i][j] + last;
                if (column + 4 <= n) {
                    vstore4(result, 0, to);
                } else {
                    to[0] = result.s0;
                    if (column + 1 < n) to[1] = result.s1;
                    if (column + 2 < n) to[2] = result.s2;
                }
            }
        }
    }
}
