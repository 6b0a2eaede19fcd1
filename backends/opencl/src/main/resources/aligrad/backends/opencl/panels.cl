#include "product.cl"

// Matrix products for processors: a work-item computes ROWS*LANES results at a time, which stay in
// vector registers over all terms. Each term reads LANES elements of b and multiplies them by one
// element of each row of a.
//
// What the rows of a tile are depends on the first factor, see product.cl; but always they are runs
// of elements at even distances, so that the innermost loop is the same.

// The rows of a tile, written out because they must become registers. 12 of them, as the vectors
// that the compiler has, 32 of half the length, then hold all sums and what is multiplied.
#define ROWS 12
#define EACH(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11)

#define SUM(i) V sum##i = 0;
#define STEP(i) sum##i = fma((V)(r##i[s]), w, sum##i);

// Adds `terms` products: rows of a step by `aStep`, b steps by `bStep`.
#define RUN(terms, aStep, bStep)                                                                   \
    for (long term = 0, s = 0; term < (terms); term++, s += (aStep)) {                             \
        const V w = LOAD(0, by);                                                                   \
        EACH(STEP)                                                                                 \
        by += (bStep);                                                                             \
    }

// Stores a row: whole, or the lanes from `low` on to `high`.
#define STORE_ROW(i)                                                                               \
    if ((i) < count) {                                                                             \
        global T* to = c + c0 + row_of_c(p, row + (i));                                            \
        const V result = sum##i + last;                                                            \
        if (low == 0 && high == LANES) {                                                           \
            STORE(result, 0, to);                                                                  \
        } else {                                                                                   \
            T lanes[LANES];                                                                        \
            STORE(result, 0, lanes);                                                               \
            for (int lane = low; lane < high; lane++) to[lane] = lanes[lane];                      \
        }                                                                                          \
    }

// Columns of a panel. Where b was not packed, the last panel begins LANES before its end and
// computes some columns a second time, which are not stored.
typedef struct {
    int first, low, high;
} Panel;

inline Panel panel_at(const P* p, int number) {
    Panel panel;
    const int column = number * LANES;
    panel.first = p->clamped ? min(column, (int)p->n - LANES) : column;
    panel.low = column - panel.first;
    panel.high = min((int)p->n - panel.first, LANES);
    return panel;
}

inline V bias_of(const P* p, global const T* bias, Panel panel) {
    T lanes[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] = lane < panel.high
                ? bias[p->biasOffset + (panel.first + lane) * p->biasCol] : 0;
    }
    return LOAD(0, lanes);
}

// The first row's number and how many there are in tile `block`.
#ifdef TAPS
#define BLOCKS_A_TAP (((int)p->channels + ROWS - 1) / ROWS)
#endif

inline void tile(
        global const T* a, global const T* b, global const T* third, global T* c, const P* p,
        int block, Panel panel, long b0, int item, int split, V last) {
    const long a0 = start_of_a(p, item);
    EACH(SUM)
#if defined(PATCHES)

    // The rows are pixels: a run is the channels of one tap, at zeros where it lies outside.
    const int row = block * ROWS, count = min((int)p->m - row, ROWS);
#define PIXEL(i) const Pixel q##i = pixel_at(p, min(row + (i), (int)p->m - 1));
    EACH(PIXEL)
    global const T* by = b + b0;
    const int taps = (int)p->k / (int)p->channels;
    for (int number = 0; number < taps; number++) {
        const Tap tap = tap_at(p, number * (int)p->channels);
#define PLACE(i)                                                                                   \
    const int y##i = q##i.y + tap.y, x##i = q##i.x + tap.x;                                        \
    global const T* r##i = is_inside(p, y##i, x##i)                                                \
            ? a + a0 + q##i.image + y##i * p->line + x##i * p->pixel : third;
        EACH(PLACE)
        RUN(p->channels, 1, p->bRow)
    }

#elif defined(TAPS)

    // The rows are channels of a tap: a run is the windows of one line whose tap lies inside.
    const int number = block / BLOCKS_A_TAP, channel = block % BLOCKS_A_TAP * ROWS;
    const int row = number * (int)p->channels + channel;
    const int count = min((int)p->channels - channel, ROWS);
    const Tap tap = tap_at(p, row);
    const int width = (int)p->gridWidth, mulX = (int)p->mulX;
    const int left = tap.x + (int)p->startX;
    const int low = min(max(0, left < 0 ? (-left + mulX - 1) / mulX : 0), width);
    const int right = (int)p->width - 1 - left;
    const int high = right < 0 ? 0 : min(width, right / mulX + 1);
    const long step = mulX * p->pixel;
    const int end = (int)(min(p->k, (split + 1) * p->splitK) / width);
    for (int line = split * (int)(p->splitK / width); line < end && low < high; line++) {
        const int image = line / (int)p->gridHeight;
        const int y = (line - image * (int)p->gridHeight) * (int)p->mulY + tap.y + (int)p->startY;
        if (y < 0 || y >= p->height) continue;
        global const T* from = a + a0 + image * p->image + y * p->line
                + (left + low * mulX) * p->pixel + channel;
#define CHANNEL(i) global const T* r##i = from + min((i), count - 1);
        EACH(CHANNEL)
        global const T* by = b + b0 + ((long)line * width + low) * p->bRow;
        RUN(high - low, step, p->bRow)
    }

#else

    // The rows are those of a matrix, or of a packed panel of it.
    const int row = block * ROWS, count = min((int)p->m - row, ROWS);
    const long first = split * p->splitK, terms = min(p->k - first, p->splitK);
    global const T* from = a + a0 + block * p->aBlock + first * p->aCol;
#define LINE(i) global const T* r##i = from + min((i), count - 1) * p->aRow;
    EACH(LINE)
    global const T* by = b + b0 + first * p->bRow;
    RUN(terms, p->aCol, p->bRow)

#endif
    const long c0 = start_of_c(p, item, split) + panel.first;
    {
        const int low = panel.low, high = panel.high;
        EACH(STORE_ROW)
    }
}

kernel void panels(
        global const T* a, global const T* b, global const T* third, global T* c, const P p) {
    const Panel panel = panel_at(&p, get_global_id(0));
    const int item = (int)get_global_id(2) / (int)p.splits;
    const int split = (int)get_global_id(2) - item * (int)p.splits;
    const long b0 = start_of_b(&p, item) + (p.clamped ? panel.first : get_global_id(0) * p.bPanel);
    const V last = p.hasBias ? bias_of(&p, third, panel) : 0;
#ifdef TAPS
    const int blocks = (int)p.m / (int)p.channels * (((int)p.channels + ROWS - 1) / ROWS);
#else
    const int blocks = ((int)p.m + ROWS - 1) / ROWS;
#endif
    const int start = (int)get_global_id(1) * (int)p.chunk;
    const int end = min(start + (int)p.chunk, blocks);
    for (int block = start; block < end; block++) {
        tile(a, b, third, c, &p, block, panel, b0, item, split, last);
    }
}
