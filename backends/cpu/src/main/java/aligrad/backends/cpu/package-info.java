/// The CPU backend: Vector API kernels, the compiler of pointwise expressions, storage outside the
/// heap and the worker pool. Users meet it only as a device.
@NullMarked
package aligrad.backends.cpu;

import org.jspecify.annotations.NullMarked;
