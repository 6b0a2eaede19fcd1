package aligrad.optim;

/// The dual of a proximal problem over a bundle: `max Σ α_i b_i - ½ αᵀ Q α` over the simplex, where
/// piece 0 has b = 0 and an empty row of Q.
///
/// For every subset of pieces the problem with equality alone is a small linear system, and the
/// best of those solutions that lie in the simplex is the answer (Paren, Berrada, Poudel, Kumar,
/// JMLR 23, 2022). 1e-8 on the diagonal keeps the systems regular where gradients are alike.
final class BundleDual {

    private static final double REGULAR = 1e-8;

    private BundleDual() {}

    /// @param count pieces besides the constant 0
    /// @param q their Q, in rows of `stride`
    /// @param b their b
    /// @return α of all pieces, that of the constant first
    static double[] solve(int count, double[] q, int stride, double[] b) {
        double[] best = new double[count + 1];
        best[0] = 1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int subset = 1; subset < 1 << (count + 1); subset++) {
            double[] alpha = onFace(subset, count, q, stride, b);
            if (isInSimplex(alpha)) {
                double value = value(alpha, count, q, stride, b);
                if (value > highest) {
                    highest = value;
                    best = alpha;
                }
            }
        }
        return best;
    }

    private static boolean isInSimplex(double[] alpha) {
        for (double a : alpha) {
            if (!(a >= 0)) {
                return false;
            }
        }
        return true;
    }

    private static double value(double[] alpha, int count, double[] q, int stride, double[] b) {
        double value = 0;
        for (int i = 0; i < count; i++) {
            value += alpha[i + 1] * b[i];
            for (int j = 0; j < count; j++) {
                value -= alpha[i + 1] * alpha[j + 1] * q[i * stride + j] / 2;
            }
        }
        return value;
    }

    /// The maximum with `Σ α = 1` over the pieces of the subset: `Q α + ν = b`.
    private static double[] onFace(int subset, int count, double[] q, int stride, double[] b) {
        int n = Integer.bitCount(subset);
        int[] pieces = new int[n];
        for (int i = 0, k = 0; i <= count; i++) {
            if ((subset >> i & 1) != 0) {
                pieces[k++] = i;
            }
        }
        double[] alpha = new double[count + 1];
        if (n == 1) {
            alpha[pieces[0]] = 1; // exactly, where elimination would round
            return alpha;
        }
        double[][] system = new double[n + 1][n + 2]; // the last column is the right side
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                system[i][j] = pieces[i] == pieces[j] ? REGULAR : 0;
                if (pieces[i] > 0 && pieces[j] > 0) {
                    system[i][j] += q[(pieces[i] - 1) * stride + pieces[j] - 1];
                }
            }
            system[i][n] = 1;
            system[i][n + 1] = pieces[i] == 0 ? 0 : b[pieces[i] - 1];
            system[n][i] = 1;
        }
        system[n][n + 1] = 1;
        double[] solution = eliminate(system);
        for (int i = 0; i < n; i++) {
            alpha[pieces[i]] = solution[i];
        }
        return alpha;
    }

    /// Gauss, with the largest pivot of each column.
    private static double[] eliminate(double[][] system) {
        int n = system.length;
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column + 1; row < n; row++) {
                if (Math.abs(system[row][column]) > Math.abs(system[pivot][column])) {
                    pivot = row;
                }
            }
            double[] swapped = system[column];
            system[column] = system[pivot];
            system[pivot] = swapped;
            for (int row = column + 1; row < n; row++) {
                double factor = system[row][column] / system[column][column];
                for (int j = column; j <= n; j++) {
                    system[row][j] -= factor * system[column][j];
                }
            }
        }
        double[] x = new double[n];
        for (int row = n - 1; row >= 0; row--) {
            double rest = system[row][n];
            for (int j = row + 1; j < n; j++) {
                rest -= system[row][j] * x[j];
            }
            x[row] = rest / system[row][row];
        }
        return x;
    }
}
