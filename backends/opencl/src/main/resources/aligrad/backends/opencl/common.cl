// What every program starts with.
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

// A product and a sum are two roundings unless fma() is written, so that a kernel's bits do not
// depend on what a compiler finds worth fusing.
#pragma OPENCL FP_CONTRACT OFF

// The larger and the smaller one; not-a-number if either is.
#define MAX_OF(x, y) (isnan(x) || isnan(y) ? NAN : fmax(x, y))
#define MIN_OF(x, y) (isnan(x) || isnan(y) ? NAN : fmin(x, y))

// The sum of two elements in kernels that only add, see Kernels.addition.
#ifdef OR
#define SUM(x, y) ((x) | (y))
#else
#define SUM(x, y) ((x) + (y))
#endif
