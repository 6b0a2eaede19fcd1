package aligrad.backends.cpu;

import aligrad.tensor.Window2d;

/// The three passes of the convolution as plain loops in double precision.
///
/// Each is a sum over the same triples (pixel, weight, result); [#visit] walks over them once, and
/// a pass says which of the three it adds to.
final class Conv2dOracle {

    private Conv2dOracle() {}

    /// A product of the convolution: element `x` of the images meets element `w` of the filters in
    /// element `y` of the results.
    interface Product {
        void at(int x, int w, int y);
    }

    static void visit(Conv2dGeometry s, Product product) {
        Window2d window = s.window();
        int c = s.channelsPerGroup();
        for (int n = 0; n < s.n(); n++) {
            for (int oy = 0; oy < s.oh(); oy++) {
                for (int ox = 0; ox < s.ow(); ox++) {
                    for (int o = 0; o < s.o(); o++) {
                        int group = o / s.filtersPerGroup();
                        for (int ky = 0; ky < s.kh(); ky++) {
                            int iy =
                                    oy * window.strideHeight()
                                            - window.paddingHeight()
                                            + ky * window.dilationHeight();
                            for (int kx = 0; kx < s.kw(); kx++) {
                                int ix =
                                        ox * window.strideWidth()
                                                - window.paddingWidth()
                                                + kx * window.dilationWidth();
                                if (iy < 0 || iy >= s.h() || ix < 0 || ix >= s.w()) {
                                    continue;
                                }
                                for (int i = 0; i < c; i++) {
                                    product.at(
                                            ((n * s.h() + iy) * s.w() + ix) * s.c() + group * c + i,
                                            ((o * s.kh() + ky) * s.kw() + kx) * c + i,
                                            ((n * s.oh() + oy) * s.ow() + ox) * s.o() + o);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    static int images(Conv2dGeometry s) {
        return s.n() * s.h() * s.w() * s.c();
    }

    static int filters(Conv2dGeometry s) {
        return s.o() * s.kh() * s.kw() * s.channelsPerGroup();
    }

    static int results(Conv2dGeometry s) {
        return s.n() * s.oh() * s.ow() * s.o();
    }

    static double[] forward(Conv2dGeometry s, double[] x, double[] w, double[] bias) {
        double[] y = new double[results(s)];
        for (int i = 0; i < y.length; i++) {
            y[i] = bias[i % s.o()];
        }
        visit(s, (i, k, o) -> y[o] += x[i] * w[k]);
        return y;
    }

    static double[] inputGradient(Conv2dGeometry s, double[] g, double[] w) {
        double[] dx = new double[images(s)];
        visit(s, (i, k, o) -> dx[i] += g[o] * w[k]);
        return dx;
    }

    static double[] filterGradient(Conv2dGeometry s, double[] x, double[] g) {
        double[] dw = new double[filters(s)];
        visit(s, (i, k, o) -> dw[k] += x[i] * g[o]);
        return dw;
    }
}
