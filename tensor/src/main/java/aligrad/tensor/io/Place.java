package aligrad.tensor.io;

/// Where a reader is, for its errors: a file or an entry of an archive, and a base from which it
/// counts.
///
/// @param name the file, or the file and the entry
/// @param base added to every offset, in bytes
record Place(String name, long base) {

    /// The error that `what` is wrong `offset` bytes after the base.
    FileFormatException wrong(long offset, String what) {
        return new FileFormatException(name, base + offset, what);
    }

    /// The same file, counted from `offset` bytes after the base.
    Place from(long offset) {
        return new Place(name, base + offset);
    }
}
