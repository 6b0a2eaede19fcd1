#include "product.cl"

// The second pass of products whose terms were cut into pieces: adds the sums of the pieces, which
// lie in `from` as (split, item, m, n), in their order, and the bias. No pieces give zeros.

kernel void pieces(global const T* from, global const T* bias, global T* c, const P p) {
    const long i = get_global_id(0);
    const long size = p.m * p.n;
    if (i >= size) return;
    const int item = get_global_id(2);
    const long column = i % p.n;
    T sum = 0;
    for (long split = 0; split < p.splits; split++) {
        sum += from[split * p.cSplit + item * size + i];
    }
    if (p.hasBias) {
        sum += bias[p.biasOffset + column * p.biasCol];
    }
    c[start_of_c(&p, item, 0) + i / p.n * p.cRow + column * p.cCol] = sum;
}
