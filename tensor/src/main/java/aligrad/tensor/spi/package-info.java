/// What a backend must do and what it is given: [aligrad.tensor.spi.Backend], pending expressions
/// ([aligrad.tensor.spi.Expression]), layouts and storage; and the reference backend, the oracle.
@NullMarked
package aligrad.tensor.spi;

import org.jspecify.annotations.NullMarked;
