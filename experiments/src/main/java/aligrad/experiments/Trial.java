package aligrad.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A few steps of a job, to see how long it would take here.
final class Trial {

    /// So many that most of what the DNC computes has been compiled by then.
    private static final int DNC_ITERATIONS = 400;

    private static final int SAMPLES = 96;
    private static final int BATCH = 16;

    private Trial() {}

    /// What a trial is, for a reader.
    static String description(PaperExperiment experiment) {
        return experiment == PaperExperiment.DNC
                ? "the last of %d iterations".formatted(DNC_ITERATIONS)
                : "some steps of %d samples, without validation".formatted(BATCH);
    }

    /// Seconds for each sample of training, from a run that leaves nothing behind.
    ///
    /// @param source the options that say where the data is
    static double secondsPerSample(PaperJob job, Mode mode, Map<String, String> source) {
        try {
            Path folder = Files.createTempDirectory("aligrad-trial");
            try {
                Map<String, String> options = new LinkedHashMap<>(job.options(mode));
                options.put("out", folder.resolve("run").toString());
                if (job.experiment() == PaperExperiment.DNC) {
                    options.put("iterations", Integer.toString(DNC_ITERATIONS));
                } else {
                    options.put("epochs", "1");
                    options.put("batch-size", Integer.toString(BATCH));
                    options.put("subset", Integer.toString(SAMPLES));
                    if (options.remove("decay-epochs") != null) { // there are fewer epochs
                        options.remove("decay-factor");
                    }
                }
                options.putAll(source);
                run(job.data(), options);
                List<Map<String, Double>> rows =
                        Metrics.read(folder.resolve("run").resolve("metrics.jsonl"));
                if (rows.size() < 2) {
                    throw new UsageException(
                            "%s: the data has too few samples for two steps of %d."
                                    .formatted(job.data(), BATCH));
                }
                return secondsPerStep(rows)
                        / (job.experiment() == PaperExperiment.DNC ? job.batch() : BATCH);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// On all samples where there are fewer.
    private static void run(String name, Map<String, String> options) {
        try {
            TrainCommand.run(name, options, List.of(), new Silence());
        } catch (TooFewSamplesException e) {
            options.remove("subset");
            TrainCommand.run(name, options, List.of(), new Silence());
        }
    }

    /// Of the later half; the last step is left out, since it may have a validation behind it.
    static double secondsPerStep(List<Map<String, Double>> rows) {
        int to = Math.max(1, rows.size() - 2);
        int from = to / 2;
        double seconds =
                rows.get(to).getOrDefault("seconds", Double.NaN)
                        - rows.get(from).getOrDefault("seconds", Double.NaN);
        return seconds / (to - from);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static final class Silence implements Watch {
        @Override
        public void start(long total) {
            // nothing is said
        }

        @Override
        public void say(String line) {
            // nothing is said
        }

        @Override
        public void show(long done, double loss, double stepSize) {
            // nothing is said
        }

        @Override
        public void end() {
            // nothing is said
        }

        @Override
        public boolean isStopRequested() {
            return false;
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
