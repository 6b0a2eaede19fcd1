/// Derivatives: gradients as returned values, the derivative of every operation, gradient checks,
/// checkpointing and Hessian-vector products. Nothing here knows a layer or an optimizer.
@NullMarked
package aligrad.autograd;

import org.jspecify.annotations.NullMarked;
