#include "product.cl"

// Matrix products for devices whose work-items share local memory: a group of work-items computes a
// tile of BM*BN results from BK terms at a time. A work-item computes DOWN*ACROSS blocks of
// LANES*LANES results that lie a block of every other one apart. aligrad.backends.opencl.TileSizes
// says which numbers go together.
//
// The next terms are read from global memory while the last ones are multiplied. Rows and columns
// past the end are read as the last ones and not stored; terms past the end are zeros.

#define ITEMS_ACROSS (BN / (ACROSS * LANES))
#define ITEMS (BM / (DOWN * LANES) * ITEMS_ACROSS)
#define READS_A (BM * BK / ITEMS)
#define READS_B (BN * BK / ITEMS)
// How far the blocks of a work-item are apart.
#define STEP_ACROSS (BN / ACROSS)
#define STEP_DOWN (BM / DOWN)
// Lines of a tile begin in different banks, and vectors stay aligned.
#define PITCH_A (BM + 4)
#define PITCH_B (BN + 4)

// The elements of a vector, by name: an array of them would be memory on some devices.
#if LANES == 2
#define EACH_LANE(M) M(0) M(1)
#elif LANES == 4
#define EACH_LANE(M) M(0) M(1) M(2) M(3)
#else
#define EACH_LANE(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7)
#endif

// Adds the products of an element of a to its row of a block.
#define ADD(lane)                                                                                  \
    sums[LANES * i + lane][j] = fma((V)(x[i].s##lane), y[j], sums[LANES * i + lane][j]);

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

    const int down = lid / ITEMS_ACROSS * LANES, across = lid % ITEMS_ACROSS * LANES;
    V sums[DOWN * LANES][ACROSS];
#pragma unroll
    for (int i = 0; i < DOWN * LANES; i++) {
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
            V x[DOWN], y[ACROSS];
#pragma unroll
            for (int i = 0; i < DOWN; i++) {
                x[i] = LOAD(0, as + term * PITCH_A + i * STEP_DOWN + down);
            }
#pragma unroll
            for (int j = 0; j < ACROSS; j++) {
                y[j] = LOAD(0, bs + term * PITCH_B + j * STEP_ACROSS + across);
            }
#pragma unroll
            for (int i = 0; i < DOWN; i++) {
#pragma unroll
                for (int j = 0; j < ACROSS; j++) {
                    EACH_LANE(ADD)
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    const long c0 = start_of_c(&p, item, split);
#pragma unroll
    for (int j = 0; j < ACROSS; j++) {
        const int column = column0 + j * STEP_ACROSS + across;
        V last = 0;
        if (p.hasBias) {
            global const T* from = bias + p.biasOffset;
#define BIAS(lane) last.s##lane = from[min(column + lane, n - 1) * p.biasCol];
            EACH_LANE(BIAS)
        }
#pragma unroll
        for (int i = 0; i < DOWN * LANES; i++) {
            const int row = row0 + i / LANES * STEP_DOWN + down + i % LANES;
            if (row < m && column < n) {
                global T* to = c + c0 + row_of_c(&p, row) + column;
                const V result = sums[i][j] + last;
                if (column + LANES <= n) {
                    STORE(result, 0, to);
                } else {
#define SET(lane) if (column + lane < n) to[lane] = result.s##lane;
                    EACH_LANE(SET)
                }
            }
        }
    }
}
