package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;

/// A positive divisor as kernels take it: `x / d` is `x · multiplier >>> shift` for all `0 <= x <
/// 2³¹`, because a device has no instruction for division, and finds a pixel's line for every
/// element that it reads.
///
/// With `2^s >= d`, the multiplier `⌈2^(31+s) / d⌉` is too large by less than `2^s / d`, which `x`
/// such steps do not add up to a whole. Source: Granlund and Montgomery, *Division by Invariant
/// Integers using Multiplication*, PLDI 1994, theorem 4.2.
record Divisor(long multiplier, int shift) {

    static Divisor of(int d) {
        int s = 32 - Integer.numberOfLeadingZeros(d - 1);
        return new Divisor(Math.ceilDiv(1L << 31 + s, d), 31 + s);
    }

    /// Hands it to a kernel.
    void numbers(Kernel kernel) {
        kernel.number(multiplier).number(shift);
    }
}
