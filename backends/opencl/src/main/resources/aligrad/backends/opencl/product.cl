// What all kernels of matrix products share: their numbers, and how an element of the first factor
// is found. aligrad.backends.opencl.Product writes the numbers, in this order.
//
// A product is c = a * b, with a: (m, k), b: (k, n), c: (m, n), for every item of a batch of two
// axes, of which the inner one has `inner` items. The terms are cut into pieces of `splitK`, whose
// sums lie `cSplit` apart.
//
// The first factor is one of
//   (default) a matrix: element (row, k) is at row*aRow + k*aCol;
//   PATCHES   rows are pixels of a grid, columns are (tap of a window, channel): the element of an
//             image that the tap touches when the window lies at the pixel, or 0 outside;
//   TAPS      the same, transposed.

typedef struct {
    long m, n, k, inner, splitK;
    long aOffset, aOuter, aInner, aRow, aCol;
    long bOffset, bOuter, bInner, bRow, bCol;
    long cOffset, cOuter, cInner, cRow, cCol, cSplit, splits;
    long hasBias, biasOffset, biasCol;
#if defined(PATCHES) || defined(TAPS)
    // Window (y, x) lies at y*mul + start; its tap (ky, kx) touches that + ky*step.
    long height, width, image, line, pixel;
    long mulY, stepY, startY, mulX, stepX, startX;
    // A grid of gridHeight*gridWidth pixels an image, and taps of `channels` a window's column.
    long gridHeight, gridWidth, kernelWidth, channels;
    // Multiplier and shift for a division by: pixels of a grid, its width, channels, kernelWidth.
    long areaM, areaS, gridWidthM, gridWidthS, channelsM, channelsS, kernelWidthM, kernelWidthS;
    // Where the row of c that belongs to a pixel lies.
    long cImage, cLine, cPixel;
#endif
#ifdef PANELS
    long aBlock, bPanel, clamped, chunk, from, to;
#endif
} P;

// x / d for 0 <= x < 2^31, see aligrad.backends.opencl.Divisor.
inline int divided(int x, long multiplier, long shift) {
    return (int)((ulong)x * (ulong)multiplier >> shift);
}

#if defined(PATCHES) || defined(TAPS)

// A window: its image, and where its first tap lies.
typedef struct {
    long image;
    int y, x;
} Pixel;

// How far a tap is from the window's first, and its channel.
typedef struct {
    int y, x, c;
} Tap;

inline Pixel pixel_at(const P* p, int number) {
    const int image = divided(number, p->areaM, p->areaS);
    const int rest = number - image * (int)(p->gridHeight * p->gridWidth);
    const int y = divided(rest, p->gridWidthM, p->gridWidthS);
    const int x = rest - y * (int)p->gridWidth;
    Pixel pixel;
    pixel.image = image * p->image;
    pixel.y = y * (int)p->mulY + (int)p->startY;
    pixel.x = x * (int)p->mulX + (int)p->startX;
    return pixel;
}

inline Tap tap_at(const P* p, int number) {
    const int tap = divided(number, p->channelsM, p->channelsS);
    const int ky = divided(tap, p->kernelWidthM, p->kernelWidthS);
    const int kx = tap - ky * (int)p->kernelWidth;
    Tap t;
    t.y = ky * (int)p->stepY;
    t.x = kx * (int)p->stepX;
    t.c = number - tap * (int)p->channels;
    return t;
}

// Whether a place lies in the image.
inline bool is_inside(const P* p, int y, int x) {
    return y >= 0 && y < p->height && x >= 0 && x < p->width;
}

inline T patch(global const T* a, long start, const P* p, Pixel pixel, Tap tap) {
    const int y = pixel.y + tap.y, x = pixel.x + tap.x;
    return is_inside(p, y, x) ? a[start + pixel.image + y * p->line + x * p->pixel + tap.c] : 0;
}

#endif

#if defined(PATCHES)

typedef Pixel Row;
typedef Tap Column;
#define ROW_AT(p, i) pixel_at(p, i)
#define COLUMN_AT(p, k) tap_at(p, k)
#define ELEMENT(a, start, p, row, column) patch(a, start, p, row, column)

// Where row i of c begins.
inline long row_of_c(const P* p, int i) {
    const int image = divided(i, p->areaM, p->areaS);
    const int rest = i - image * (int)(p->gridHeight * p->gridWidth);
    const int y = divided(rest, p->gridWidthM, p->gridWidthS);
    return image * p->cImage + y * p->cLine + (rest - y * p->gridWidth) * p->cPixel;
}

#else

inline long row_of_c(const P* p, int i) { return i * p->cRow; }

#if defined(TAPS)

typedef Tap Row;
typedef Pixel Column;
#define ROW_AT(p, i) tap_at(p, i)
#define COLUMN_AT(p, k) pixel_at(p, k)
#define ELEMENT(a, start, p, row, column) patch(a, start, p, column, row)

#else

typedef long Row;
typedef long Column;
#define ROW_AT(p, i) ((i) * (p)->aRow)
#define COLUMN_AT(p, k) ((k) * (p)->aCol)
#define ELEMENT(a, start, p, row, column) ((a)[(start) + (row) + (column)])

#endif
#endif

// Where the factors of an item of the batch begin, and its result, or a piece of its sums.
inline long start_of_a(const P* p, int item) {
    return p->aOffset + item / p->inner * p->aOuter + item % p->inner * p->aInner;
}

inline long start_of_b(const P* p, int item) {
    return p->bOffset + item / p->inner * p->bOuter + item % p->inner * p->bInner;
}

inline long start_of_c(const P* p, int item, int split) {
    return p->cOffset + split * p->cSplit + item / p->inner * p->cOuter
            + item % p->inner * p->cInner;
}
