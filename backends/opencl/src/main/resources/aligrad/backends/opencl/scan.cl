// Linear recurrences along lines of n elements: line (o, i) of a begins at a + o * ao + i * ai and
// has steps aj, that of b likewise; s is row-major.

typedef struct { long lines, n, inner, reverse, a, ao, aj, ai, b, bo, bj, bi; } P;

// Steps whose numbers are fetched together, so that a chain waits for memory once and not at each
// step.
#define AHEAD 8

kernel void recurrence(global const T* a, global const T* b, global T* s, const P p) {
    const long line = get_global_id(0);
    if (line >= p.lines) return;
    const long o = quotient(line, p.inner), i = line - o * p.inner;
    // walked backwards, the line begins with its last element and has negative steps
    const long first = p.reverse ? p.n - 1 : 0, sign = p.reverse ? -1 : 1;
    global const T* factor = a + (p.a + o * p.ao + i * p.ai + first * p.aj);
    global const T* term = b + (p.b + o * p.bo + i * p.bi + first * p.bj);
    global T* to = s + ((o * p.n + first) * p.inner + i);
    const long aj = sign * p.aj, bj = sign * p.bj, sj = sign * p.inner;

    // the first step leaves its factor out, so that an infinite one there does not make a NaN
    T state = term[0];
    to[0] = state;
    long t = 1;
    for (; t + AHEAD <= p.n; t += AHEAD) {
        T factors[AHEAD], terms[AHEAD];
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            factors[k] = factor[(t + k) * aj];
            terms[k] = term[(t + k) * bj];
        }
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            state = fma(factors[k], state, terms[k]);
            to[(t + k) * sj] = state;
        }
    }
    for (; t < p.n; t++) {
        state = fma(factor[t * aj], state, term[t * bj]);
        to[t * sj] = state;
    }
}
