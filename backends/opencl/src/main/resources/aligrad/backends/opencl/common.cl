// What every program starts with.
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

// A product and a sum are two roundings unless fma() is written, so that a kernel's bits do not
// depend on what a compiler finds worth fusing.
#pragma OPENCL FP_CONTRACT OFF

// The sum of two elements in kernels that only add, see Kernels.addition.
#ifdef OR
#define ADDED(x, y) ((x) | (y))
#else
#define ADDED(x, y) ((x) + (y))
#endif

// x / y of numbers that are not negative: most have less than 32 bits, and then it is much faster.
inline long quotient(long x, long y) {
    return (x | y) >> 32 ? x / y : (long)((uint)x / (uint)y);
}

// Where element i of a row-major tensor is that has n elements along an axis and `inner` behind it:
// x before the axis, y along it, z behind it.
inline long3 place_along(long i, long n, long inner) {
    const long before = quotient(i, inner), o = quotient(before, n);
    return (long3)(o, before - o * n, i - before * inner);
}
