#include "product.cl"

// Matrix products for tensor cores: 32 work-items in step (a warp) multiply fragments of 16x8 by 8x8
// words, a group WARPS_DOWN*WARPS_ACROSS times FRAGMENTS_DOWN*FRAGMENTS_ACROSS of them.
//
// A word is one factor rounded to tf32 or, with BF16, two after each other along the terms, rounded to
// bf16, the first in the lower half. With lane = 4*g + t, a lane holds of a fragment of
//   a  the words (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4) of 16 rows and 8 words of terms,
//   b  the words (t, g), (t + 4, g) of 8 words of terms and 8 columns,
//   c  the sums (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1) of 16 rows and 8 columns.
// This is how mma.sync.m16n8k8 (tf32) and m16n8k16 (bf16) have them; see "Warp Level Matrix
// Multiply-Accumulate Instructions" in NVIDIA's PTX ISA.
//
// With PTX, rounding and multiplying are instructions of sm_80 and newer. Without, they are written
// in OpenCL C: the lanes exchange their words through local memory. So everything but those two
// instructions can be tested on any device.

#ifdef BF16
#define TERMS_OF_WORD 2
#else
#define TERMS_OF_WORD 1
#endif

#define WARP 32
#define ITEMS (WARP * WARPS_DOWN * WARPS_ACROSS)
// Rows, columns, and words of terms of a group's tile, and its terms.
#define BM (16 * FRAGMENTS_DOWN * WARPS_DOWN)
#define BN (8 * FRAGMENTS_ACROSS * WARPS_ACROSS)
#define WORDS 16
#define BK (WORDS * TERMS_OF_WORD)
#define READS_A (BM * WORDS / ITEMS)
#define READS_B (BN * WORDS / ITEMS)
// Lines of a tile: the 32 words of a fragment's register lie in different banks.
#define PITCH (WORDS + 4)

// Read number i of a work-item: its line of the tile and its word. Neighbours read along what lies
// together.
#define LINE(along, side, i) ((along) ? (lid + ITEMS * (i)) / WORDS : (lid + ITEMS * (i)) % side)
#define WORD(along, side, i) ((along) ? (lid + ITEMS * (i)) % WORDS : (lid + ITEMS * (i)) / side)
#define LINE_A(i) LINE(A_ALONG, BM, i)
#define WORD_A(i) WORD(A_ALONG, BM, i)
#define LINE_B(i) LINE(B_ALONG, BN, i)
#define WORD_B(i) WORD(B_ALONG, BN, i)

#if defined(PATCHES)
#define A_ALONG true
#elif defined(TAPS)
#define A_ALONG false
#else
#define A_ALONG (p.aCol == 1)
#endif
#define B_ALONG (p.bRow == 1 && p.bCol != 1)

#ifdef PTX

// Registers have no addresses, so what is an array here must be unrolled.
#define UNROLL _Pragma("unroll")

#ifdef BF16
inline uint word_of(const float* x) {
    uint word;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(x[1]), "f"(x[0]));
    return word;
}
#define INSTRUCTION "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32"
#else
inline uint word_of(const float* x) {
    uint word;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(word) : "f"(x[0]));
    return word;
}
#define INSTRUCTION "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32"
#endif

#define EXCHANGE
#define MMA(d, a, b)                                                                               \
    asm volatile(INSTRUCTION " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"              \
                 : "+f"((d)[0]), "+f"((d)[1]), "+f"((d)[2]), "+f"((d)[3])                          \
                 : "r"((a)[0]), "r"((a)[1]), "r"((a)[2]), "r"((a)[3]), "r"((b)[0]), "r"((b)[1]));

#else

// Loops stay loops: a device with long pipelines for barriers compiles them much faster.
#define UNROLL

#ifdef BF16
// To the nearest; of two that are as near, to the even one.
inline uint half_of(float x) {
    const uint bits = as_uint(x);
    return isnan(x) ? 0x7fc0u : (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
}
inline uint word_of(const float* x) { return half_of(x[0]) | half_of(x[1]) << 16; }
inline float products(uint x, uint y, float sum) {
    sum = fma(as_float(x << 16), as_float(y << 16), sum);
    return fma(as_float(x & 0xffff0000u), as_float(y & 0xffff0000u), sum);
}
#else
// To the nearest; of two that are as near, to the larger magnitude.
inline uint word_of(const float* x) {
    return isnan(x[0]) ? 0x7fc00000u : (as_uint(x[0]) + 0x1000u) & 0xffffe000u;
}
inline float products(uint x, uint y, float sum) { return fma(as_float(x), as_float(y), sum); }
#endif

// What each lane holds: four words of a, two of b.
#define HELD 6
#define EXCHANGE local uint held[ITEMS * HELD];
#define MMA(d, a, b)                                                                               \
    barrier(CLK_LOCAL_MEM_FENCE);                                                                  \
    for (int r = 0; r < 4; r++) held[lid * HELD + r] = (a)[r];                                     \
    for (int r = 0; r < 2; r++) held[lid * HELD + 4 + r] = (b)[r];                                 \
    barrier(CLK_LOCAL_MEM_FENCE);                                                                  \
    for (int r = 0; r < 4; r++) {                                                                  \
        const int ofRow = (warp * WARP + g * 4) * HELD + r / 2;                                    \
        const int ofColumn = (warp * WARP + (2 * t + r % 2) * 4) * HELD + 4;                       \
        for (int w = 0; w < 8; w++) {                                                              \
            const int lane = w % 4 * HELD;                                                         \
            (d)[r] = products(held[ofRow + lane + w / 4 * 2], held[ofColumn + lane + w / 4],       \
                              (d)[r]);                                                             \
        }                                                                                          \
    }

#endif

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void mma(global const T* a, global const T* b, global const T* bias, global T* c, const P p) {
    local uint as[BM * PITCH];
    local uint bs[BN * PITCH];
    EXCHANGE
    const int lid = get_local_id(0);
    const int warp = lid / WARP, g = lid % WARP / 4, t = lid % 4;
    const int m = p.m, n = p.n;
    const int row0 = (int)get_group_id(0) * BM, column0 = (int)get_group_id(1) * BN;
    const int item = (int)get_group_id(2) / (int)p.splits;
    const int split = (int)get_group_id(2) - item * (int)p.splits;
    const int first = split * (int)p.splitK;
    const int end = (int)min(p.k, first + p.splitK);
    const long a0 = start_of_a(&p, item), b0 = start_of_b(&p, item);

    Row rows[READS_A];
    long columns[READS_B];
    UNROLL for (int i = 0; i < READS_A; i++) {
        rows[i] = ROW_AT(&p, min(row0 + LINE_A(i), m - 1));
    }
    UNROLL for (int i = 0; i < READS_B; i++) {
        columns[i] = b0 + min(column0 + LINE_B(i), n - 1) * p.bCol;
    }
    // The next terms are read from global memory while the last ones are multiplied. Rows and columns
    // past the end are read as the last ones and not stored; terms past the end are zeros.
    float nextA[READS_A][TERMS_OF_WORD], nextB[READS_B][TERMS_OF_WORD];
#define READ(from)                                                                                 \
    UNROLL for (int i = 0; i < READS_A; i++) {                                                     \
        UNROLL for (int e = 0; e < TERMS_OF_WORD; e++) {                                           \
            const int k = (from) + WORD_A(i) * TERMS_OF_WORD + e;                                  \
            nextA[i][e] = k < end ? ELEMENT(a, a0, &p, rows[i], COLUMN_AT(&p, k)) : 0;             \
        }                                                                                          \
    }                                                                                              \
    UNROLL for (int i = 0; i < READS_B; i++) {                                                     \
        UNROLL for (int e = 0; e < TERMS_OF_WORD; e++) {                                           \
            const int k = (from) + WORD_B(i) * TERMS_OF_WORD + e;                                  \
            nextB[i][e] = k < end ? b[columns[i] + k * p.bRow] : 0;                                \
        }                                                                                          \
    }
    READ(first)

    const int down = warp / WARPS_ACROSS * FRAGMENTS_DOWN * 16;
    const int across = warp % WARPS_ACROSS * FRAGMENTS_ACROSS * 8;
    float sums[FRAGMENTS_DOWN][FRAGMENTS_ACROSS][4];
    UNROLL for (int i = 0; i < FRAGMENTS_DOWN; i++) {
        UNROLL for (int j = 0; j < FRAGMENTS_ACROSS; j++) {
            UNROLL for (int e = 0; e < 4; e++) sums[i][j][e] = 0;
        }
    }
    for (int from = first; from < end; from += BK) {
        UNROLL for (int i = 0; i < READS_A; i++) {
            as[LINE_A(i) * PITCH + WORD_A(i)] = word_of(nextA[i]);
        }
        UNROLL for (int i = 0; i < READS_B; i++) {
            bs[LINE_B(i) * PITCH + WORD_B(i)] = word_of(nextB[i]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (from + BK < end) {
            READ(from + BK)
        }
        UNROLL for (int word = 0; word < WORDS; word += 8) {
            uint x[FRAGMENTS_DOWN][4], y[FRAGMENTS_ACROSS][2];
            UNROLL for (int i = 0; i < FRAGMENTS_DOWN; i++) {
                local const uint* at = as + (down + i * 16 + g) * PITCH + word + t;
                x[i][0] = at[0];
                x[i][1] = at[8 * PITCH];
                x[i][2] = at[4];
                x[i][3] = at[8 * PITCH + 4];
            }
            UNROLL for (int j = 0; j < FRAGMENTS_ACROSS; j++) {
                local const uint* at = bs + (across + j * 8 + g) * PITCH + word + t;
                y[j][0] = at[0];
                y[j][1] = at[4];
            }
            UNROLL for (int i = 0; i < FRAGMENTS_DOWN; i++) {
                UNROLL for (int j = 0; j < FRAGMENTS_ACROSS; j++) {
                    MMA(sums[i][j], x[i], y[j])
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    const long c0 = start_of_c(&p, item, split);
    UNROLL for (int i = 0; i < FRAGMENTS_DOWN; i++) {
        UNROLL for (int part = 0; part < 2; part++) {
            const int row = row0 + down + i * 16 + part * 8 + g;
            if (row < m) {
                global T* to = c + c0 + row_of_c(&p, row);
                UNROLL for (int j = 0; j < FRAGMENTS_ACROSS; j++) {
                    UNROLL for (int e = 0; e < 2; e++) {
                        const int column = column0 + across + j * 8 + 2 * t + e;
                        if (column < n) {
                            const T last = p.hasBias
                                    ? bias[p.biasOffset + column * p.biasCol] : 0;
                            to[column] = sums[i][j][2 * part + e] + last;
                        }
                    }
                }
            }
        }
    }
}
