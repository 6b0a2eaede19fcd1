// Maximum and average over sliding windows of images (n, h, w, c), results (n, oh, ow, c), and
// their adjoints.

// Two offsets of operands (or whether padding counts), and the geometry: a window has kh x kw taps,
// dh and dw apart, and moves in steps of sh and sw, from ph and pw pixels outside on.
typedef struct {
    long a, b, n, h, w, c, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw;
} P;

// An element of images or results: x the channel, y the column, z the row, w the image.
inline long4 place_in(long i, long rows, long columns, long channels) {
    const long pixel = quotient(i, channels), row = quotient(pixel, columns);
    const long image = quotient(row, rows);
    return (long4)(i - pixel * channels, pixel - row * columns, row - image * rows, image);
}

// The taps [x, y) of a window from `start` on that lie inside the image, along one axis.
inline int2 inside(int start, int extent, int taps, int dilation) {
    const int first = start < 0 ? (dilation - 1 - start) / dilation : 0;
    const int end = start < extent ? (extent - start + dilation - 1) / dilation : 0;
    return (int2)(first, max(first, min(end, taps)));
}

inline int2 rows_inside(int oy, const P* p) {
    return inside(oy * (int)p->sh - (int)p->ph, (int)p->h, (int)p->kh, (int)p->dh);
}

inline int2 columns_inside(int ox, const P* p) {
    return inside(ox * (int)p->sw - (int)p->pw, (int)p->w, (int)p->kw, (int)p->dw);
}

// The results [x, y) of whose windows a tap can be at a pixel, along one axis.
inline int2 windows_over(int pixel, int padding, int stride, int taps, int dilation, int results) {
    const int low = pixel + padding - (taps - 1) * dilation;
    return (int2)(
            low <= 0 ? 0 : (low + stride - 1) / stride, min((pixel + padding) / stride + 1, results));
}

// Where in the image a window is largest, as row * w + column: the first of equals, and a
// not-a-number is the largest. -1 if no tap is inside. `x` is the first pixel's channel.
inline int largest_place(global const T* x, int oy, int ox, const P* p) {
    const int2 rows = rows_inside(oy, p), columns = columns_inside(ox, p);
    const int top = oy * (int)p->sh - (int)p->ph, left = ox * (int)p->sw - (int)p->pw;
    int place = -1;
    T largest = 0;
    for (int ky = rows.x; ky < rows.y; ky++) {
        const int row = (top + ky * (int)p->dh) * (int)p->w;
        for (int kx = columns.x; kx < columns.y; kx++) {
            const int at = row + left + kx * (int)p->dw;
            const T its = x[at * p->c];
            if (place < 0 || its > largest || (isnan(its) && !isnan(largest))) {
                place = at;
                largest = its;
            }
        }
    }
    return place;
}

kernel void max_pick(global const T* x, global const T* v, global T* y, const P p) {
    const long i = get_global_id(0);
    if (i >= p.n * p.oh * p.ow * p.c) return;
    const long4 at = place_in(i, p.oh, p.ow, p.c);
    const long image = at.w * p.h * p.w * p.c + at.x;
    const int place = largest_place(x + (p.a + image), (int)at.z, (int)at.y, &p);
    y[i] = place < 0 ? -INFINITY : v[p.b + image + place * p.c];
}

kernel void largest_places(global const T* x, global int* y, const P p) {
    const long i = get_global_id(0);
    if (i >= p.n * p.oh * p.ow * p.c) return;
    const long4 at = place_in(i, p.oh, p.ow, p.c);
    const long image = at.w * p.h * p.w * p.c + at.x;
    y[i] = largest_place(x + (p.a + image), (int)at.z, (int)at.y, &p);
}

// Each pixel is the sum of g over the windows that are largest there.
kernel void max_spread(global const int* places, global const T* g, global T* y, const P p) {
    const long i = get_global_id(0);
    if (i >= p.n * p.h * p.w * p.c) return;
    const long4 at = place_in(i, p.h, p.w, p.c);
    const int row = (int)at.z, column = (int)at.y;
    const int own = row * (int)p.w + column;
    const int2 rows =
            windows_over(row, (int)p.ph, (int)p.sh, (int)p.kh, (int)p.dh, (int)p.oh);
    const int2 columns =
            windows_over(column, (int)p.pw, (int)p.sw, (int)p.kw, (int)p.dw, (int)p.ow);
    T sum = 0;
    for (int oy = rows.x; oy < rows.y; oy++) {
        for (int ox = columns.x; ox < columns.y; ox++) {
            const long o = ((at.w * p.oh + oy) * p.ow + ox) * p.c + at.x;
            if (places[o] == own) sum += g[p.b + o];
        }
    }
    y[i] = sum;
}

// By how much the sum of a window is divided; p->b says whether padding counts.
inline T divisor(int oy, int ox, const P* p) {
    const int2 rows = rows_inside(oy, p), columns = columns_inside(ox, p);
    return p->b ? (T)(p->kh * p->kw) : (T)((rows.y - rows.x) * (columns.y - columns.x));
}

// A window that dilation moved past all pixels gives 0.
kernel void average(global const T* x, global T* y, const P p) {
    const long i = get_global_id(0);
    if (i >= p.n * p.oh * p.ow * p.c) return;
    const long4 at = place_in(i, p.oh, p.ow, p.c);
    const int oy = (int)at.z, ox = (int)at.y;
    const int2 rows = rows_inside(oy, &p), columns = columns_inside(ox, &p);
    const int top = oy * (int)p.sh - (int)p.ph, left = ox * (int)p.sw - (int)p.pw;
    global const T* from = x + (p.a + at.w * p.h * p.w * p.c + at.x);
    T sum = 0;
    for (int ky = rows.x; ky < rows.y; ky++) {
        const int row = (top + ky * (int)p.dh) * (int)p.w;
        for (int kx = columns.x; kx < columns.y; kx++) {
            sum += from[(row + left + kx * (int)p.dw) * p.c];
        }
    }
    const bool empty = rows.x == rows.y || columns.x == columns.y;
    y[i] = empty ? 0 : sum / divisor(oy, ox, &p);
}

// Each pixel is the sum over the windows with a tap there of their part of g.
kernel void average_spread(global const T* g, global T* y, const P p) {
    const long i = get_global_id(0);
    if (i >= p.n * p.h * p.w * p.c) return;
    const long4 at = place_in(i, p.h, p.w, p.c);
    const int row = (int)at.z, column = (int)at.y;
    const int2 rows =
            windows_over(row, (int)p.ph, (int)p.sh, (int)p.kh, (int)p.dh, (int)p.oh);
    const int2 columns =
            windows_over(column, (int)p.pw, (int)p.sw, (int)p.kw, (int)p.dw, (int)p.ow);
    T sum = 0;
    for (int oy = rows.x; oy < rows.y; oy++) {
        if ((row + (int)p.ph - oy * (int)p.sh) % (int)p.dh != 0) continue; // between two taps
        for (int ox = columns.x; ox < columns.y; ox++) {
            if ((column + (int)p.pw - ox * (int)p.sw) % (int)p.dw != 0) continue;
            const long o = ((at.w * p.oh + oy) * p.ow + ox) * p.c + at.x;
            sum += g[p.a + o] / divisor(oy, ox, &p);
        }
    }
    y[i] = sum;
}
