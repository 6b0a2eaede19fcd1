/// What a backend must do and what it is given: [aligrad.tensor.spi.Backend], pending expressions
/// ([aligrad.tensor.spi.Expression]), layouts and storage; what it may offer
/// ([aligrad.tensor.spi.Tuner]) and must state ([aligrad.tensor.spi.Precision]); and the reference
/// backend, the oracle.
@NullMarked
package aligrad.tensor.spi;

import org.jspecify.annotations.NullMarked;
