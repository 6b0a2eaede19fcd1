package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Form;
import aligrad.backends.opencl.driver.DriverException;
import aligrad.tensor.DType;
import aligrad.tensor.spi.Tuner;

import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/// Searches the [Sizes] of a device's products, class by class: those that are shipped, then their
/// neighbours, then everything else. Where something was found before, its neighbours come first.
///
/// What the device cannot hold is not compiled. What wins was compared with sums in double
/// precision first, on ragged sizes and with factors that lie as rows and as columns; what the
/// driver does not build, or what computes wrong numbers, is reported. In the end the best one runs
/// in turn with what is shipped, and must be faster by more than chance.
final class SizeSearch implements Tuner {

    /// A quick search, in nanoseconds.
    static final long QUICK = 9_000_000_000L;

    /// By which a winner must be faster than what is shipped.
    private static final double MARGIN = 1.03;

    private static final int ROUNDS = 3;
    private static final int LAST_ROUNDS = 7;

    private final OpenClDevice device;
    private final Family family;
    private final @Nullable Tuning tuning;
    private final Function<Sizes, Gemm.Engine> engines;
    private final long quick;

    /// @param device whose programs are not kept: most are compiled for one trial
    /// @param tuning where results go; `null` if nothing is kept
    /// @param engines makes kernels of certain sizes
    /// @param quick how long a quick search lasts, in nanoseconds
    SizeSearch(
            OpenClDevice device,
            Family family,
            @Nullable Tuning tuning,
            Function<Sizes, Gemm.Engine> engines,
            long quick) {
        this.device = device;
        this.family = family;
        this.tuning = tuning;
        this.engines = engines;
        this.quick = quick;
    }

    /// The search for a device, as [SizeSearch] says.
    static SizeSearch of(OpenClDevice device, Family family, @Nullable Tuning tuning) {
        return new SizeSearch(
                device, family, tuning, sizes -> family.engine(device, Choices.only(sizes)), QUICK);
    }

    @Override
    public void search(Effort effort, Consumer<String> progress, BooleanSupplier interrupted) {
        if (tuning == null) {
            throw new IllegalStateException(
                    "nothing is kept because of -Daligrad.opencl.cache=off; name a directory there,"
                            + " or leave it out");
        }
        Shipped row = Shipped.of(device.facts(), family);
        progress.accept(
                "%s: products by %s; shipped sizes are those for %s"
                        .formatted(device.facts().name(), family.label(), row.title()));
        long start = System.nanoTime();
        List<ShapeClass> classes = family.classes();
        for (int i = 0; i < classes.size() && !interrupted.getAsBoolean(); i++) {
            long end =
                    effort == Effort.FULL
                            ? Long.MAX_VALUE
                            : start + quick * (i + 1) / classes.size();
            ShapeClass kind = classes.get(i);
            Sizes shipped = Choices.of(row).of(kind, DType.F32);
            List<Sizes> candidates = candidates(tuning, kind, shipped);
            try (Probe probe = new Probe(kind, device)) {
                new Trials(kind, shipped, probe, progress)
                        .run(candidates, end, interrupted)
                        .ifPresent(entry -> keep(tuning, kind, entry));
            }
        }
        progress.accept("kept in " + tuning.file());
    }

    private List<Sizes> candidates(Tuning found, ShapeClass kind, Sizes shipped) {
        Tuning.Entry before = found.entries(family).get(kind);
        Sizes from = before == null ? shipped : before.sizes();
        List<Sizes> candidates = new ArrayList<>();
        candidates.add(from);
        candidates.addAll(family.candidates(kind, device.facts(), from));
        candidates.remove(shipped);
        return candidates;
    }

    private void keep(Tuning found, ShapeClass kind, Tuning.Entry entry) {
        try {
            found.put(family, kind, entry);
        } catch (UncheckedIOException e) {
            throw new IllegalStateException(
                    "%s (%s); name another directory with -Daligrad.opencl.cache=DIR"
                            .formatted(e.getMessage(), e.getCause()),
                    e);
        }
    }

    /// The search for one class.
    private final class Trials {

        private static final long TELL = 5_000_000_000L;

        private final ShapeClass kind;
        private final Sizes shipped;
        private final Consumer<String> progress;
        private final Probe probe;
        private final ProductCheck check = ProductCheck.single(device);
        private Sizes best;
        private double bestSpeed;
        private int tried;

        Trials(ShapeClass kind, Sizes shipped, Probe probe, Consumer<String> progress) {
            this.kind = kind;
            this.shipped = shipped;
            this.progress = progress;
            this.probe = probe;
            this.best = shipped;
        }

        Optional<Tuning.Entry> run(List<Sizes> all, long end, BooleanSupplier interrupted) {
            if (!works(shipped)) {
                progress.accept(
                        "%s: the sizes that are shipped do not work, so none are searched"
                                .formatted(kind.label()));
                return Optional.empty();
            }
            List<Sizes> candidates =
                    all.stream()
                            .filter(sizes -> sizes.obstacle(device.facts(), DType.F32) == null)
                            .toList();
            long told = System.nanoTime();
            for (Sizes sizes : candidates) {
                if (System.nanoTime() > end || interrupted.getAsBoolean()) {
                    break;
                }
                tryOut(sizes);
                if (System.nanoTime() - told > TELL) {
                    told = System.nanoTime();
                    progress.accept(
                            "%s: %d of %d tried, best %.1f GFLOP/s with %s"
                                    .formatted(
                                            kind.label(),
                                            tried,
                                            candidates.size() + 1,
                                            bestSpeed,
                                            best.text()));
                }
            }
            return Optional.of(decide(all.size() - candidates.size()));
        }

        /// Whether these sizes compile and compute right numbers.
        private boolean works(Sizes sizes) {
            tried++;
            try {
                Gemm gemm = gemm(sizes);
                bestSpeed = probe.speed(gemm);
                return isRight(gemm, sizes);
            } catch (DriverException e) {
                report(sizes, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
                return false;
            }
        }

        /// Lets candidates run in turn with the best ones so far, because the speed of a device
        /// changes with time.
        private void tryOut(Sizes sizes) {
            tried++;
            try {
                Gemm candidate = gemm(sizes);
                probe.speed(candidate); // compiles, and fills caches
                Turns turns = inTurn(candidate, gemm(best), ROUNDS);
                if (turns.ratio > 1 && isRight(candidate, sizes)) {
                    best = sizes;
                    bestSpeed = turns.mine;
                }
            } catch (DriverException e) {
                report(sizes, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            }
        }

        /// Lets the best ones and what is shipped run in turn.
        private Tuning.Entry decide(int skipped) {
            Turns turns = inTurn(gemm(best), gemm(shipped), LAST_ROUNDS);
            boolean wins = turns.ratio > MARGIN;
            Sizes winner = wins ? best : shipped;
            double mine = turns.mine;
            double theirs = turns.theirs;
            progress.accept(
                    "%s: %s, %.1f GFLOP/s; shipped %.1f; %d tried, %d do not fit the device"
                            .formatted(
                                    kind.label(),
                                    wins ? winner.text() : "as shipped",
                                    wins ? mine : theirs,
                                    theirs,
                                    tried,
                                    skipped));
            return new Tuning.Entry(
                    winner, wins ? mine : theirs, theirs, LocalDate.now(ZoneOffset.UTC).toString());
        }

        /// Speeds of two that ran in turn: medians in GFLOP/s, and the median of how many times as
        /// fast the first was.
        private record Turns(double mine, double theirs, double ratio) {}

        private Turns inTurn(Gemm one, Gemm other, int rounds) {
            double[] mine = new double[rounds];
            double[] theirs = new double[rounds];
            double[] ratios = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                theirs[round] = probe.speed(other);
                mine[round] = probe.speed(one);
                ratios[round] = mine[round] / theirs[round];
            }
            return new Turns(median(mine), median(theirs), median(ratios));
        }

        private static double median(double[] values) {
            Arrays.sort(values);
            return values[values.length / 2];
        }

        private boolean isRight(Gemm gemm, Sizes sizes) {
            String wrong = wrong(gemm, sizes);
            if (wrong != null) {
                report(sizes, "computes wrong numbers: " + wrong);
            }
            return wrong == null;
        }

        private void report(Sizes sizes, String what) {
            progress.accept("%s: %s is left out: %s".formatted(kind.label(), sizes.text(), what));
        }

        /// Compares all that the class computes with the host.
        private @Nullable String wrong(Gemm gemm, Sizes sizes) {
            String[] wrong = new String[1];
            device.run(() -> wrong[0] = compare(gemm, sizes));
            return wrong[0];
        }

        private @Nullable String compare(Gemm gemm, Sizes sizes) {
            int[] mnk = sizes.ragged(DType.F32);
            return switch (kind) {
                case SMALL, LARGE -> check.matrices(gemm, mnk);
                case CONVOLUTION -> check.windows(gemm, Form.PATCHES, mnk[1]);
                case FILTER -> check.windows(gemm, Form.TAPS, mnk[1]);
                case COLUMN, NARROW -> {
                    String wrong = check.matrices(gemm, mnk);
                    wrong = wrong == null ? check.windows(gemm, Form.PATCHES, mnk[1]) : wrong;
                    yield wrong == null ? check.windows(gemm, Form.TAPS, mnk[1]) : wrong;
                }
            };
        }
    }

    private Gemm gemm(Sizes sizes) {
        return new Gemm(device, engines.apply(sizes));
    }
}
