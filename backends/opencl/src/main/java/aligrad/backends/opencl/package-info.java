/// Kernels for devices with an OpenCL driver: GPUs first, processors too. Start reading at
/// [aligrad.backends.opencl.OpenClBackend].
@NullMarked
package aligrad.backends.opencl;

import org.jspecify.annotations.NullMarked;
