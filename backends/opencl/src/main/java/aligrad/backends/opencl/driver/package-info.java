/// OpenCL itself, as far as the backend needs it: devices, memory, programs and launches. The only
/// package that knows JOCL.
@NullMarked
package aligrad.backends.opencl.driver;

import org.jspecify.annotations.NullMarked;
