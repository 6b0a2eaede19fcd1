package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;
import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Stopwatch;
import aligrad.benchmarks.cases.Workload;
import aligrad.tensor.Device;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/// `aligrad bench launches`: what does a launch cost, and which kernels does a training step
/// launch, how often?
@Command(
        name = "launches",
        description = {
            "Counts the kernels that a training step launches on a device, by name, for the DNC and"
                + " for WRN-16-4, and times a step and the smallest operation, in all and of the"
                + " host's processor.",
            "A WRN step has few images, since their number does not change what is launched."
        },
        mixinStandardHelpOptions = true)
public final class Launches implements Callable<Integer> {

    private static final int FEW = 4;

    /// Milliseconds and number of the rounds in which the host's time is taken.
    private static final double HOST_ROUND = 100;

    private static final int HOST_ROUNDS = 10;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            required = true,
            description = "such as opencl:0")
    private String device = "";

    @Override
    public Integer call() {
        Device on;
        try {
            on = Device.of(device);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw BenchException.usage("--device " + device + ": " + e.getMessage() + ".");
        }
        return Device.use(
                on,
                () -> {
                    report(on, "one operation, told", new SmallestOperation(false));
                    report(on, "one operation, awaited", new SmallestOperation(true));
                    report(on, "dnc", new OurTraining(dnc()));
                    report(on, "wrn-16-4", new OurTraining(wideResNet()));
                    return 0;
                });
    }

    private static Case.Network dnc() {
        return new Case.Network("dnc", Architecture.DNC, 16, 0, 0);
    }

    private static Case.Network wideResNet() {
        return new Case.Network("wrn-16-4", Architecture.WRN_16_4, FEW, 0.9, 0.4);
    }

    /// A pointwise operation of one number; awaited, it is read as well.
    private static final class SmallestOperation implements Workload {
        private final boolean awaited;
        private final Tensor x = Tensor.of(new float[] {1}, 1);

        SmallestOperation(boolean awaited) {
            this.awaited = awaited;
        }

        @Override
        public void run() {
            Scope.run(
                    "smallest",
                    () -> {
                        Tensor y = x.add(1).evaluate();
                        if (awaited) {
                            y.item();
                        }
                    });
        }

        @Override
        public void finish() {
            x.item();
        }

        @Override
        public double[] check() {
            return new double[0];
        }
    }

    private static void report(Device device, String name, Workload workload) {
        Stopwatch stopwatch = new Stopwatch(workload);
        stopwatch.warmUp(2000);
        double ms = Collections.min(stopwatch.samples(1000));
        Map<String, Long> step = ofOneRun(device, workload);
        long all = step.values().stream().mapToLong(n -> n).sum();
        System.out.printf(
                Locale.ROOT,
                "%-24s %10.1f µs %10.1f µs host %6d launches%n",
                name,
                1000 * ms,
                hostMicroseconds(workload, ms),
                all);
        List<Map.Entry<String, Long>> entries =
                step.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                        .toList();
        if (all > 1) {
            entries.forEach(e -> System.out.printf("  %6d %s%n", e.getValue(), e.getKey()));
        }
    }

    /// Processor time that this thread takes for a run, the least of some rounds: what a device
    /// waits for where its kernels are shorter.
    private static double hostMicroseconds(Workload workload, double ms) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        int runs = (int) Math.max(1, HOST_ROUND / ms);
        double least = Double.POSITIVE_INFINITY;
        for (int round = 0; round < HOST_ROUNDS; round++) {
            workload.finish();
            long start = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < runs; i++) {
                workload.run();
            }
            least = Math.min(least, (threads.getCurrentThreadCpuTime() - start) / 1e3 / runs);
        }
        return least;
    }

    /// What a run launches, by kernel.
    static Map<String, Long> ofOneRun(Device device, Workload workload) {
        Map<String, Long> before = device.backend().launches();
        workload.run();
        Map<String, Long> step = new TreeMap<>(device.backend().launches());
        before.forEach((kernel, n) -> step.merge(kernel, -n, Long::sum));
        step.values().removeIf(n -> n == 0);
        return step;
    }
}
