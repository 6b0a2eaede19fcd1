package aligrad.backends.cpu;

import aligrad.tensor.DType;

/// Two-dimensional convolution (cross-correlation) of channels-last images: the forward pass, the
/// input gradient and the filter gradient, in single and double precision.
///
/// Five forms, chosen by [Form#of]:
///
/// | form | when | why |
/// | --- | --- | --- |
/// | matrix product | 1x1, stride 1, no padding, one group | the image is the matrix; nothing to copy |
/// | product of sparse pixels | the same with strides | only the pixels that are read are copied |
/// | depthwise | one filter a channel | no sum over channels to share, so channels go to the lanes |
/// | Winograd | 3x3, stride 1, many channels, F32 | a quarter of the multiplications |
/// | direct | all else | register tiles over pixels and channels |
///
/// In the direct form a gradient of many long filters is a product with the windows
/// ([WindowStrips]).
///
/// The bits depend on the geometry and the vector width, never on the number of threads.
final class Conv2d {

    private Conv2d() {}

    enum Form {
        MATRIX_PRODUCT,
        SPARSE_PRODUCT,
        DEPTHWISE,
        WINOGRAD,
        DIRECT;

        static Form of(DType dtype, Conv2dGeometry s) {
            if (s.isPointwise()) {
                return s.readsEveryPixel() ? MATRIX_PRODUCT : SPARSE_PRODUCT;
            }
            if (s.isDepthwise()) {
                return DEPTHWISE;
            }
            return Winograd.pays(dtype, s) ? WINOGRAD : DIRECT;
        }
    }

    /// `y = x ⋆ w + bias`.
    ///
    /// @param bias one for each filter, or 0 for none
    static void forward(DType dtype, Conv2dGeometry s, long x, Filters filters, long bias, long y) {
        long w = filters.address();
        switch (Form.of(dtype, s)) {
            case MATRIX_PRODUCT -> forwardProduct(dtype, s, x, w, bias, y);
            case SPARSE_PRODUCT -> {
                SparsePixels pixels = new SparsePixels(dtype.bytes(), s);
                try (Workspace matrix = Workspace.of(pixels.bytes(), "conv2d")) {
                    pixels.gather(x, matrix.address());
                    forwardProduct(dtype, s, matrix.address(), w, bias, y);
                }
            }
            case WINOGRAD -> WinogradCorrelation.forward(s).run(x, filters, bias, y);
            case DIRECT -> Conv2dDirect.forward(Conv2dTile.of(dtype), s).run(x, w, bias, y);
            case DEPTHWISE -> new Conv2dDepthwise(dtype, s).forward(x, w, bias, y);
        }
    }

    /// The adjoint in the images: overwrites `dx` with what of `g` each pixel contributed to.
    static void inputGradient(DType dtype, Conv2dGeometry s, long g, Filters filters, long dx) {
        long w = filters.address();
        switch (Form.of(dtype, s)) {
            case MATRIX_PRODUCT -> inputProduct(dtype, s, g, w, dx);
            case SPARSE_PRODUCT -> {
                SparsePixels pixels = new SparsePixels(dtype.bytes(), s);
                try (Workspace matrix = Workspace.of(pixels.bytes(), "conv2d")) {
                    inputProduct(dtype, s, g, w, matrix.address());
                    pixels.scatter(matrix.address(), dx);
                }
            }
            case WINOGRAD -> WinogradCorrelation.inputGradient(s).run(g, filters, 0, dx);
            case DIRECT -> Conv2dDirect.inputGradient(Conv2dTile.of(dtype), s).run(g, w, 0, dx);
            case DEPTHWISE -> new Conv2dDepthwise(dtype, s).inputGradient(g, w, dx);
        }
    }

    /// The adjoint in the filters: overwrites `dw`.
    static void filterGradient(DType dtype, Conv2dGeometry s, long x, long g, long dw) {
        switch (Form.of(dtype, s)) {
            case MATRIX_PRODUCT -> filterProduct(dtype, s, x, g, dw);
            case SPARSE_PRODUCT -> {
                SparsePixels pixels = new SparsePixels(dtype.bytes(), s);
                try (Workspace matrix = Workspace.of(pixels.bytes(), "conv2d")) {
                    pixels.gather(x, matrix.address());
                    filterProduct(dtype, s, matrix.address(), g, dw);
                }
            }
            case WINOGRAD -> new WinogradFilterGradient(s).run(x, g, dw);
            case DIRECT -> {
                if (WindowStrips.pays(s)) {
                    windowProduct(dtype, s, x, g, dw);
                } else {
                    new Conv2dFilterGradient(Conv2dFilterTile.of(dtype), s).run(x, g, dw);
                }
            }
            case DEPTHWISE -> new Conv2dDepthwise(dtype, s).filterGradient(x, g, dw);
        }
    }

    private static void forwardProduct(
            DType dtype, Conv2dGeometry s, long x, long w, long bias, long y) {
        product(dtype, s.pixels(), s.o(), s.c(), x, s.c(), 1, w, 1, s.c(), y, bias);
    }

    private static void inputProduct(DType dtype, Conv2dGeometry s, long g, long w, long dx) {
        product(dtype, s.pixels(), s.c(), s.o(), g, s.o(), 1, w, s.c(), 1, dx, 0);
    }

    private static void filterProduct(DType dtype, Conv2dGeometry s, long x, long g, long dw) {
        product(dtype, s.o(), s.c(), s.pixels(), g, 1, s.o(), x, s.c(), 1, dw, 0);
    }

    /// `dw (o, kh · kw · c)`, where `b` is made of the windows.
    private static void windowProduct(DType dtype, Conv2dGeometry s, long x, long g, long dw) {
        int bytes = dtype.bytes();
        int n = s.kh() * s.kw() * s.c();
        long pixel = (long) s.o() * bytes;
        GemmOperands p =
                new GemmOperands(
                        dtype == DType.F64 ? GemmTileF64.INSTANCE : GemmTileF32.INSTANCE,
                        s.o(),
                        n,
                        s.pixels(),
                        g,
                        bytes,
                        pixel,
                        0,
                        0,
                        0,
                        dw,
                        (long) n * bytes,
                        0,
                        0);
        new GemmPacked(p, new WindowStrips(bytes, s, x)).run();
    }

    /// `c (m, n) = a (m, k) · b (k, n) + bias`, strides of `a` and `b` in elements.
    private static void product(
            DType dtype,
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long bCol,
            long c,
            long bias) {
        switch (dtype) {
            case F32 -> Gemm.f32(m, n, k, a, aRow, aCol, b, bRow, bCol, c, n, bias, false);
            case F64 -> Gemm.f64(m, n, k, a, aRow, aCol, b, bRow, bCol, c, n, bias, false);
            case I32, I64, U8, BOOL -> throw notConvolved(dtype);
        }
    }

    static IllegalArgumentException notConvolved(DType dtype) {
        return new IllegalArgumentException(
                "conv2d of %s: only F32 and F64 are convolved; cast".formatted(dtype));
    }
}
