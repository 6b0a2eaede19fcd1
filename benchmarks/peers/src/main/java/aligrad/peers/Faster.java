package aligrad.peers;

import aligrad.benchmarks.cases.Stopwatch;
import aligrad.benchmarks.cases.Workload;

import java.util.Arrays;
import java.util.Collections;

/// Of two ways to compute the same, the one that is faster here.
final class Faster {

    private static final double TRIAL = 300;

    private Faster() {}

    /// Tries both, one after the other and again, since the first one warms up for the second.
    static Workload of(Workload a, Workload b) {
        double[] check = a.check(); // steps taken in the trial would change it
        double[] ofB = b.check();
        for (int i = 0; i < check.length; i++) {
            if (!(Math.abs(check[i] - ofB[i]) <= 1e-3 * Math.abs(ofB[i]))) {
                throw new IllegalStateException(
                        "%s gives %s, but %s gives %s"
                                .formatted(
                                        a.note(),
                                        Arrays.toString(check),
                                        b.note(),
                                        Arrays.toString(ofB)));
            }
        }
        fastest(a);
        fastest(b);
        Workload faster = fastest(a) <= fastest(b) ? a : b;
        return new Workload() {
            @Override
            public void run() {
                faster.run();
            }

            @Override
            public double[] check() {
                return check;
            }

            @Override
            public String note() {
                return faster.note();
            }
        };
    }

    private static double fastest(Workload workload) {
        return Collections.min(new Stopwatch(workload).samples(TRIAL));
    }
}
