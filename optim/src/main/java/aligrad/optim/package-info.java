/// Optimizers under one contract, with ALI-G at the centre.
///
/// Every [aligrad.optim.Optimizer] sees the loss as well as the gradients, because ALI-G and its
/// relatives compute their step from it. An optimizer is one file: its options, and an `update`
/// written with tensor operations in the paper's letters, which becomes one pass over each
/// parameter. Start with [aligrad.optim.AliG] or, simpler, [aligrad.optim.Sgd].
@NullMarked
package aligrad.optim;

import org.jspecify.annotations.NullMarked;
