/// What `./aligrad bench versus` compares: the cases, their inputs, and how a side is timed.
///
/// The peers' program is compiled from the same files, so that both sides have the same shapes, the
/// same inputs and the same clock. Nothing here knows Aligrad's tensors or the peers'.
@NullMarked
package aligrad.benchmarks.cases;

import org.jspecify.annotations.NullMarked;
