package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.DType;

import org.jspecify.annotations.Nullable;

/// A batch of matrix products `c = a · b (+ bias)`, with `a: (m, k)`, `b: (k, n)`, `c: (m, n)`.
///
/// @param outer items of the batch's outer axis
/// @param inner items of its inner axis
/// @param a the first factor; where there are patches, only where the images begin
/// @param c the result; where there are patches as rows, these say where a row is
/// @param bias a row that is added to each row of `c`, or `null`
/// @param patches what the first factor is made of, or `null`
record Product(
        DType dtype,
        int outer,
        int inner,
        int m,
        int n,
        int k,
        Form form,
        Matrix a,
        Matrix b,
        @Nullable Matrix bias,
        Matrix c,
        @Nullable Patches patches) {

    /// What the first factor is.
    enum Form {
        /// A matrix.
        MATRIX(""),
        /// [Patches]: its rows are pixels.
        PATCHES(" -DPATCHES"),
        /// Patches, transposed: its columns are pixels.
        TAPS(" -DTAPS");

        private final String option;

        Form(String option) {
            this.option = option;
        }
    }

    /// Products of matrices.
    static Product of(
            DType dtype,
            int outer,
            int inner,
            int m,
            int n,
            int k,
            Matrix a,
            Matrix b,
            @Nullable Matrix bias,
            Matrix c) {
        return new Product(dtype, outer, inner, m, n, k, Form.MATRIX, a, b, bias, c, null);
    }

    /// How many products there are.
    long items() {
        return (long) outer * inner;
    }

    /// The items `[from, to)` of one axis of the batch.
    Product items(boolean ofOuter, int from, int to) {
        int o = ofOuter ? from : 0;
        int i = ofOuter ? 0 : from;
        return new Product(
                dtype,
                ofOuter ? to - from : outer,
                ofOuter ? inner : to - from,
                m,
                n,
                k,
                form,
                a.moved(o * a.outer() + i * a.inner()),
                b.moved(o * b.outer() + i * b.inner()),
                bias,
                c.moved(o * c.outer() + i * c.inner()),
                patches);
    }

    /// The same product of other matrices.
    Product with(Matrix otherA, Matrix otherB, Matrix otherC) {
        return new Product(
                dtype, outer, inner, m, n, k, form, otherA, otherB, bias, otherC, patches);
    }

    /// The same result as if it were a product of matrices.
    Product asMatrices() {
        return new Product(dtype, outer, inner, m, n, k, Form.MATRIX, a, b, bias, c, null);
    }

    /// The same product without its bias.
    Product withoutBias() {
        return new Product(dtype, outer, inner, m, n, k, form, a, b, null, c, patches);
    }

    /// The compiler options of its kernels.
    String variant() {
        return "-DT=" + Kernels.type(dtype) + form.option;
    }

    /// The compiler options of kernels that compute with vectors of so many elements.
    String vectors(int lanes) {
        return " -DLANES=%2$d -DV=%1$s%2$d -DLOAD=vload%2$d -DSTORE=vstore%2$d"
                .formatted(Kernels.type(dtype), lanes);
    }

    /// Hands it to a kernel, as `product.cl` takes it: the buffers of `a`, `b`, the bias (or
    /// `instead`) and `c`, and the numbers.
    void arguments(Kernel kernel, Buffer instead, Split split) {
        kernel.begin()
                .buffer(a.buffer())
                .buffer(b.buffer())
                .buffer(bias == null ? instead : bias.buffer())
                .buffer(c.buffer());
        numbers(kernel, split);
    }

    /// The numbers alone.
    void numbers(Kernel kernel, Split split) {
        kernel.number(m).number(n).number(k).number(inner).number(split.terms());
        numbers(kernel, a);
        numbers(kernel, b);
        numbers(kernel, c);
        kernel.number(split.pieces() == 1 ? 0 : items() * m * n).number(split.pieces());
        kernel.number(bias == null ? 0L : 1L)
                .number(bias == null ? 0 : bias.offset())
                .number(bias == null ? 0 : bias.column());
        if (patches != null) {
            patches.numbers(kernel);
        }
    }

    private static void numbers(Kernel kernel, Matrix x) {
        kernel.number(x.offset()).number(x.outer()).number(x.inner());
        kernel.number(x.row()).number(x.column());
    }

    /// How the terms of a product's sums are cut, so that there is enough to do at a time. The sums
    /// of the pieces are added in their order, so the result does not depend on who was first.
    ///
    /// @param pieces how many there are
    /// @param terms how many terms each has, but the last
    record Split(int pieces, long terms) {

        /// Pieces of this many terms.
        static Split of(int k, long terms) {
            return new Split(Math.toIntExact(Math.ceilDiv(k, terms)), terms);
        }

        static Split none(int k) {
            return new Split(1, k);
        }
    }
}
