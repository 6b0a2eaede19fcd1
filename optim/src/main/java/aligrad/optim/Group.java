package aligrad.optim;

import java.util.List;

/// Parameters that share options.
///
/// @param <O> the optimizer's options
/// @param slots the parameters, in the order in which they were given
public record Group<O>(List<Slot> slots, O options) {}
