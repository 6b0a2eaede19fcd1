// Copies a matrix into panels: W of its lines together, term by term, so that what a tile reads
// follows each other in memory. Lines past the end are copies of the last one, whose results nobody
// stores.

typedef struct {
    long lines, k, panels, pieces, inner, offset, outer, innerStep, line, term;
} P;

// Terms that a work-item copies: 64 lines of cache of each line of a panel.
#define TERMS 1024
// Terms that are copied line by line, so that both sides stay in the first-level cache.
#define BLOCK 16

kernel void pack(global const T* from, global T* to, const P p) {
    const long panel = get_global_id(0), piece = get_global_id(1), item = get_global_id(2);
    if (panel >= p.panels || piece >= p.pieces) return;
    const long start = piece * TERMS, end = min(p.k, start + TERMS);
    const int count = (int)min((long)W, p.lines - panel * W);
    from += p.offset + item / p.inner * p.outer + item % p.inner * p.innerStep + panel * W * p.line;
    to += (item * p.panels + panel) * p.k * W;
    if (p.line == 1 && count == W) {
        for (long k = start; k < end; k++) {
            for (int i = 0; i < W; i++) to[k * W + i] = from[k * p.term + i];
        }
        return;
    }
    for (long k0 = start; k0 < end; k0 += BLOCK) {
        const long k1 = min(k0 + BLOCK, end);
        for (int i = 0; i < W; i++) {
            global const T* line = from + min(i, count - 1) * p.line;
            for (long k = k0; k < k1; k++) to[k * W + i] = line[k * p.term];
        }
    }
}
