package aligrad.peers;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Cases;
import aligrad.benchmarks.cases.Inputs;
import aligrad.benchmarks.cases.Turns;
import aligrad.benchmarks.cases.Workload;

import org.bytedeco.javacpp.FloatPointer;

/// OpenBLAS's side, and the main class of its virtual machine: matrix products only.
public final class OpenBlas {

    private OpenBlas() {}

    /// @param args the name of a case, milliseconds of warming up, milliseconds of a turn
    public static void main(String[] args) {
        blas_set_num_threads(Integer.getInteger("aligrad.threads", 1));
        Turns.take(
                args[0],
                Double.parseDouble(args[1]),
                Double.parseDouble(args[2]),
                () -> workload(Cases.of(args[0])));
    }

    private static Workload workload(Case c) {
        return switch (c) {
            case Case.Gemm gemm -> new Product(gemm);
            case Case.Convolution _,
                    Case.Chain _,
                    Case.Update _,
                    Case.Network _,
                    Case.LayerNorm _,
                    Case.SoftmaxCrossEntropy _ ->
                    throw new IllegalArgumentException(c.name() + " is no matrix product");
        };
    }

    /// `sgemm` on memory outside the heap. The result is written to the same place each time, as a
    /// BLAS's caller would have it.
    private static final class Product implements Workload {
        private final int n;
        private final FloatPointer a;
        private final FloatPointer b;
        private final FloatPointer c;

        Product(Case.Gemm gemm) {
            n = gemm.n();
            a = new FloatPointer(Inputs.uniform("a", n * n, 1));
            b = new FloatPointer(Inputs.uniform("b", n * n, 1));
            c = new FloatPointer((long) n * n);
        }

        @Override
        public void run() {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
        }

        @Override
        public double[] check() {
            run();
            float[] product = new float[n * n];
            c.get(product);
            return Inputs.check(product);
        }
    }
}
