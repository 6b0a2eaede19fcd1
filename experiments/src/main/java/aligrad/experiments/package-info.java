/// The command line and what it runs: data sets, the training loop, reports, and the experiments of
/// the ALI-G paper.
@NullMarked
package aligrad.experiments;

import org.jspecify.annotations.NullMarked;
