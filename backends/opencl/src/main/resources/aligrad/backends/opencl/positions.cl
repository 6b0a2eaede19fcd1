// Indices checked and brought to one type.

// Indices lie along lines of n elements at x, with `inner` lines behind each other, and must be in
// [0, extent).
typedef struct { long size, n, inner, x, xo, xj, xi, extent; } P;

kernel void positions(global const T* x, global int* y, global long* failure, const P p) {
    const long i = get_global_id(0);
    if (i >= p.size) return;
    const long3 at = place_along(i, p.n, p.inner);
    const long index = x[p.x + at.x * p.xo + at.y * p.xj + at.z * p.xi];
    const bool inside = index >= 0 && index < p.extent;
    y[i] = inside ? (int)index : 0;
    if (!inside) failure[0] = 1;
}
