// Pieces at their places in a dense tensor.

typedef struct { long n, bits; } Background;

kernel void fill(global T* y, const Background p) {
    const long i = get_global_id(0);
    if (i < p.n) y[i] = (T)p.bits;
}

// A piece of n elements: the axes over which it and its places are walked, outermost first.
typedef struct { long n, x, y, extents[RANK], xs[RANK], ys[RANK]; } P;

// The numbers of many axes come in a buffer, see Kernel.MOST_NUMBERS.
#ifdef MANY
typedef global const P* Argument;
typedef global const P* Numbers;
#define NUMBERS(argument) (argument)
#else
typedef P Argument;
typedef const P* Numbers;
#define NUMBERS(argument) (&(argument))
#endif

// Where an element of the piece lies (x) and goes (y).
typedef struct { long x, y; } Place;

// Unrolled, so that the arrays have constant indices and can stay where arguments are.
inline Place place(long i, Numbers p) {
    Place at = {p->x, p->y};
#pragma unroll
    for (int axis = RANK - 1; axis > 0; axis--) {
        const long rest = quotient(i, p->extents[axis]);
        const long k = i - rest * p->extents[axis];
        at.x += k * p->xs[axis];
        at.y += k * p->ys[axis];
        i = rest;
    }
    at.x += i * p->xs[0];
    at.y += i * p->ys[0];
    return at;
}

kernel void write(global const T* x, global T* y, const Argument numbers) {
    const Numbers p = NUMBERS(numbers);
    const long i = get_global_id(0);
    if (i >= p->n) return;
    const Place at = place(i, p);
    y[at.y] = x[at.x];
}

kernel void add(global const T* x, global T* y, const Argument numbers) {
    const Numbers p = NUMBERS(numbers);
    const long i = get_global_id(0);
    if (i >= p->n) return;
    const Place at = place(i, p);
    y[at.y] = ADDED(y[at.y], x[at.x]);
}
