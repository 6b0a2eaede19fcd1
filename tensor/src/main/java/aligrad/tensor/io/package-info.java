/// Tensors in files: [SafeTensors] for weights and checkpoints, [Npy] and [Npz] for exchange with
/// NumPy.
///
/// Files are not trusted. What a file declares is checked against its size before anything is
/// allocated, and nothing is returned half-read: whatever is wrong is a [FileFormatException] that
/// names the file and the byte. Files are written whole beside their target and then renamed, so
/// that nobody ever sees half of one. Java serialization is not used.
@NullMarked
package aligrad.tensor.io;

import org.jspecify.annotations.NullMarked;
