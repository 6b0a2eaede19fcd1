/// The suite that every backend must pass. A backend's tests extend
/// [aligrad.backends.conformance.BackendConformance] with a few lines that name the device; each
/// case compares the device with the reference backend, or with numbers computed by PyTorch.
///
/// Start reading at [aligrad.backends.conformance.Oracle], which compares, and
/// [aligrad.backends.conformance.Bound], which says how much two results may differ.
@NullMarked
package aligrad.backends.conformance;

import org.jspecify.annotations.NullMarked;
