package aligrad.backends.cpu;

/// A compiled pointwise expression, made by [KernelCompiler].
///
/// It walks three nested axes `(d0, d1, n)`. The frame holds, for each leaf, the address of its
/// first element and its strides along `d0` and `d1` in bytes; then the address of each output,
/// which is contiguous; then, for a reduction, the address of the result.
abstract class PointwiseKernel {

    /// Runs the kernel.
    ///
    /// @param frame addresses and strides, see above
    /// @param constants the expression's constants, in order
    abstract void run(long[] frame, float[] constants, int d0, int d1, int n);
}
