#include "product.cl"

// Matrix products for processors: a work-item computes tiles of ROWS rows of a panel of
// ACROSS*LANES columns, which stay in vector registers over all terms. Each term reads ACROSS
// vectors of b and multiplies them by one element of each row of a.
//
// What the rows of a tile are depends on the first factor, see product.cl; but always they are runs
// of elements at even distances, so that the innermost loop is the same.

#define PANEL (ACROSS * LANES)

// TERMS terms of matrices are multiplied for all tiles of a work-item before the next ones: that
// much of a panel stays in the first-level cache. The sums go on from where they were, so the bits
// are those of one run. aligrad.backends.opencl.PanelSizes says how large all this is.

// The rows of a tile, written out because they must become registers.
#define EACH_1(M) M(0)
#define EACH_2(M) EACH_1(M) M(1)
#define EACH_3(M) EACH_2(M) M(2)
#define EACH_4(M) EACH_3(M) M(3)
#define EACH_5(M) EACH_4(M) M(4)
#define EACH_6(M) EACH_5(M) M(5)
#define EACH_7(M) EACH_6(M) M(6)
#define EACH_8(M) EACH_7(M) M(7)
#define EACH_9(M) EACH_8(M) M(8)
#define EACH_10(M) EACH_9(M) M(9)
#define EACH_11(M) EACH_10(M) M(10)
#define EACH_12(M) EACH_11(M) M(11)
#define EACH_13(M) EACH_12(M) M(12)
#define EACH_14(M) EACH_13(M) M(13)
#define EACH_15(M) EACH_14(M) M(14)
#define EACH_16(M) EACH_15(M) M(15)
#define JOINED(x, y) x##y
#define EACH_OF(rows) JOINED(EACH_, rows)
#define EACH(M) EACH_OF(ROWS)(M)

#if ACROSS >= 2
#define SECOND(text) text
#else
#define SECOND(text)
#endif
#if ACROSS >= 3
#define THIRD(text) text
#else
#define THIRD(text)
#endif

// Sums, which go on from what was stored, or begin.
#define SUM(i)                                                                                     \
    V sum##i = 0;                                                                                  \
    SECOND(V more##i = 0;)                                                                         \
    THIRD(V most##i = 0;)                                                                          \
    if (goesOn && (i) < count) {                                                                   \
        global const T* at = c + c0 + row_of_c(p, row + (i));                                      \
        sum##i = vector_at(at, 0, panel);                                                          \
        SECOND(more##i = vector_at(at, LANES, panel);)                                             \
        THIRD(most##i = vector_at(at, 2 * LANES, panel);)                                          \
    }

// A product of each row.
#define STEP(i)                                                                                    \
    sum##i = fma((V)(r##i[s]), w, sum##i);                                                         \
    SECOND(more##i = fma((V)(r##i[s]), v, more##i);)                                               \
    THIRD(most##i = fma((V)(r##i[s]), u, most##i);)

// Adds `terms` products: rows of a step by `aStep`, b steps by `bStep`.
#define RUN(terms, aStep, bStep)                                                                   \
    for (long term = 0, s = 0; term < (terms); term++, s += (aStep)) {                             \
        const V w = LOAD(0, by);                                                                   \
        SECOND(const V v = LOAD(1, by);)                                                           \
        THIRD(const V u = LOAD(2, by);)                                                            \
        EACH(STEP)                                                                                 \
        by += (bStep);                                                                             \
    }

// Stores a row.
#define STORE_ROW(i)                                                                               \
    if ((i) < count) {                                                                             \
        global T* at = c + c0 + row_of_c(p, row + (i));                                            \
        set_vector(at, 0, panel, sum##i + bias);                                                   \
        SECOND(set_vector(at, LANES, panel, more##i + bias2);)                                     \
        THIRD(set_vector(at, 2 * LANES, panel, most##i + bias3);)                                  \
    }

// Columns of a panel, of which those from lane `low` on to `high` are meant. Where b was not
// packed, the last panel begins PANEL before its end and computes some columns a second time.
typedef struct {
    int first, low, high;
} Panel;

inline Panel panel_at(const P* p, int number) {
    Panel panel;
    const int column = number * PANEL;
    panel.first = p->clamped ? min(column, (int)p->n - PANEL) : column;
    panel.low = column - panel.first;
    panel.high = min((int)p->n - panel.first, PANEL);
    return panel;
}

// The vector from lane `lane` of a panel on, of a row that begins at `row`; 0 where not meant.
inline V vector_at(global const T* row, int lane, Panel panel) {
    if (panel.low <= lane && panel.high >= lane + LANES) {
        return LOAD(0, row + lane);
    }
    T lanes[LANES];
    for (int i = 0; i < LANES; i++) {
        lanes[i] = lane + i >= panel.low && lane + i < panel.high ? row[lane + i] : 0;
    }
    return LOAD(0, lanes);
}

inline void set_vector(global T* row, int lane, Panel panel, V vector) {
    if (panel.low <= lane && panel.high >= lane + LANES) {
        STORE(vector, 0, row + lane);
        return;
    }
    T lanes[LANES];
    STORE(vector, 0, lanes);
    for (int i = max(0, panel.low - lane); i < min(LANES, panel.high - lane); i++) {
        row[lane + i] = lanes[i];
    }
}

inline V bias_at(const P* p, global const T* bias, int lane, Panel panel) {
    T lanes[LANES];
    for (int i = 0; i < LANES; i++) {
        lanes[i] = p->hasBias && lane + i < panel.high
                ? bias[p->biasOffset + (panel.first + lane + i) * p->biasCol] : 0;
    }
    return LOAD(0, lanes);
}

#if defined(TAPS)
// Tiles do not reach over the channels of two taps.
#define TILES_OF_TAP(p) (((int)(p)->channels + ROWS - 1) / ROWS)
#define TILES(p) ((int)(p)->m / (int)(p)->channels * TILES_OF_TAP(p))
#else
#define TILES(p) (((int)(p)->m + ROWS - 1) / ROWS)
#endif

// Computes the terms [first, end) of a tile. `third` is the bias of a product of matrices; of a
// product of windows it is as many zeros as a tap has channels.
inline void tile(
        global const T* a, global const T* b, global const T* third, global T* c, const P* p,
        int number, Panel panel, long b0, int item, int split, long first, long end, bool goesOn,
        V bias, V bias2, V bias3) {
    const long a0 = start_of_a(p, item);
    const long c0 = start_of_c(p, item, split) + panel.first;
#if defined(PATCHES)

    // The rows are pixels: a run is the channels of one tap, at zeros where it lies outside.
    const int row = number * ROWS, count = min((int)p->m - row, ROWS);
    EACH(SUM)
#define PIXEL(i) const Pixel q##i = pixel_at(p, min(row + (i), (int)p->m - 1));
    EACH(PIXEL)
    global const T* by = b + b0;
    const int taps = (int)p->k / (int)p->channels;
    for (int t = 0; t < taps; t++) {
        const Tap tap = tap_at(p, t * (int)p->channels);
#define PLACE(i)                                                                                   \
        const int y##i = q##i.y + tap.y, x##i = q##i.x + tap.x;                                    \
        global const T* r##i = is_inside(p, y##i, x##i)                                            \
                ? a + a0 + q##i.image + y##i * p->line + x##i * p->pixel : third;
        EACH(PLACE)
        RUN(p->channels, 1, p->bRow)
    }

#elif defined(TAPS)

    // The rows are channels of a tap: a run is the windows of one line whose tap lies inside.
    const int channel = number % TILES_OF_TAP(p) * ROWS;
    const int row = number / TILES_OF_TAP(p) * (int)p->channels + channel;
    const int count = min((int)p->channels - channel, ROWS);
    EACH(SUM)
    const Tap tap = tap_at(p, row);
    const int windows = (int)p->gridWidth, mulX = (int)p->mulX;
    const int left = tap.x + (int)p->startX, right = (int)p->width - 1 - left;
    const int from = min(left < 0 ? (-left + mulX - 1) / mulX : 0, windows);
    const int to = right < 0 ? 0 : min(windows, right / mulX + 1);
    const int lines = (int)(end / windows);
    for (int line = (int)(first / windows); line < lines && from < to; line++) {
        const int image = line / (int)p->gridHeight;
        const int y = (line - image * (int)p->gridHeight) * (int)p->mulY + tap.y + (int)p->startY;
        if (y < 0 || y >= p->height) continue;
        global const T* start = a + a0 + image * p->image + y * p->line
                + (left + from * mulX) * p->pixel + channel;
#define CHANNEL(i) global const T* r##i = start + min((i), count - 1);
        EACH(CHANNEL)
        global const T* by = b + b0 + ((long)line * windows + from) * p->bRow;
        RUN(to - from, mulX * p->pixel, p->bRow)
    }

#else

    // The rows are those of a matrix, or of a packed panel of it.
    const int row = number * ROWS, count = min((int)p->m - row, ROWS);
    EACH(SUM)
    global const T* start = a + a0 + number * p->aBlock + first * p->aCol;
#define LINE(i) global const T* r##i = start + min((i), count - 1) * p->aRow;
    EACH(LINE)
    global const T* by = b + b0 + first * p->bRow;
    RUN(end - first, p->aCol, p->bRow)

#endif
    EACH(STORE_ROW)
}

kernel void panels(
        global const T* a, global const T* b, global const T* third, global T* c, const P p) {
    const Panel panel = panel_at(&p, get_global_id(0));
    const int item = (int)get_global_id(2) / (int)p.splits;
    const int split = (int)get_global_id(2) - item * (int)p.splits;
    const long b0 = start_of_b(&p, item) + (p.clamped ? panel.first : get_global_id(0) * p.bPanel);
    const V bias = bias_at(&p, third, 0, panel), bias2 = bias_at(&p, third, LANES, panel);
    const V bias3 = bias_at(&p, third, 2 * LANES, panel);
    const int start = (int)get_global_id(1) * (int)p.chunk;
    const int stop = min(start + (int)p.chunk, TILES(&p));
    const long begin = split * p.splitK + p.from, end = min(p.k, split * p.splitK + p.to);
#if defined(PATCHES) || defined(TAPS)
    for (int number = start; number < stop; number++) {
        tile(a, b, third, c, &p, number, panel, b0, item, split, begin, end, false, 0, 0, 0);
    }
#else
    for (long first = begin; first < end; first += TERMS) {
        const long next = min(end, first + TERMS);
        for (int number = start; number < stop; number++) {
            const bool ends = next == p.k;
            tile(a, b, third, c, &p, number, panel, b0, item, split, first, next,
                 first > split * p.splitK, ends ? bias : 0, ends ? bias2 : 0, ends ? bias3 : 0);
        }
    }
#endif
}
