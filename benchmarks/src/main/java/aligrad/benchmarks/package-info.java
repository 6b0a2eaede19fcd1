/// JMH benchmarks. Each class asks one question and names its unit and the network that its shapes
/// come from.
@NullMarked
package aligrad.benchmarks;

import org.jspecify.annotations.NullMarked;
