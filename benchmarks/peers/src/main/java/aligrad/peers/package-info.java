/// The peers' side of `./aligrad bench versus`. Start reading at [aligrad.peers.Libtorch]; what is
/// compared is in [aligrad.benchmarks.cases], which is compiled into this program.
@NullMarked
package aligrad.peers;

import org.jspecify.annotations.NullMarked;
