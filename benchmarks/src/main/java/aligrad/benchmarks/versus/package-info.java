/// `./aligrad bench versus`: Aligrad and its peers side by side, each in a virtual machine of its
/// own, in turn. Start reading at [aligrad.benchmarks.versus.Versus]; what is compared is in
/// [aligrad.benchmarks.cases].
@NullMarked
package aligrad.benchmarks.versus;

import org.jspecify.annotations.NullMarked;
