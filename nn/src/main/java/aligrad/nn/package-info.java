/// Layers and what they are made of: modules, initial values, losses and the building blocks of
/// models. Nothing here knows an optimizer or a data set.
@NullMarked
package aligrad.nn;

import org.jspecify.annotations.NullMarked;
