package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;

/// Matrices in a buffer, one for each item of a batch of two axes: element `(i, j)` of item `(o,
/// n)` is at `offset + o·outer + n·inner + i·row + j·column`, counted in elements.
record Matrix(Buffer buffer, long offset, long outer, long inner, long row, long column) {

    /// Row-major matrices without gaps, `inner` items of the inner axis after each other.
    static Matrix dense(Buffer buffer, int inner, int rows, int columns) {
        long size = (long) rows * columns;
        return new Matrix(buffer, 0, inner * size, size, columns, 1);
    }

    /// The same matrices, so many elements further on.
    Matrix moved(long elements) {
        return new Matrix(buffer, offset + elements, outer, inner, row, column);
    }

    /// The same matrices with rows for columns.
    Matrix transposed() {
        return new Matrix(buffer, offset, outer, inner, column, row);
    }

    /// The first element of each matrix everywhere.
    Matrix repeated() {
        return new Matrix(buffer, offset, outer, inner, 0, 0);
    }
}
