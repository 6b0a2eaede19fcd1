package aligrad.experiments;

import aligrad.tensor.Device;
import aligrad.tensor.spi.Precision;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.nio.file.Path;

/// The options that every run has.
final class RunOptions {

    /// More than processors have; a larger number is a slip, and each thread takes memory.
    private static final int MOST_THREADS = 1024;

    private static final String PRECISION = "aligrad.opencl.precision";
    private static final String DETERMINISTIC = "aligrad.opencl.deterministic";

    /// The command that has these options.
    @Spec(Spec.Target.MIXEE)
    CommandSpec command = CommandSpec.create();

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description =
                    "alig, alig-plus, sgd, heavy-ball, nesterov, adam, amsgrad, adamw, adagrad,"
                        + " rmsprop, yogi, bpgrad, bpgrad-released (which never moves the weights"
                        + " without momentum), dfw (with the hinge loss), l4adam, l4mom, sps, momo,"
                        + " momo-adam, borat, d-adapt-sgd, d-adapt-adam, prodigy, schedule-free,"
                        + " schedule-free-adamw, lion or lamb (default: alig)")
    @Nullable String optimizer;

    @Option(
            names = "--max-lr",
            paramLabel = "X|none",
            description = "alig and alig-plus: the longest step, or none for no limit")
    @Nullable String maxLearningRate;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description =
                    "all other optimizers: the learning rate; of sps, momo and borat the longest"
                            + " step, of l4adam and l4mom the fraction, of d-adapt-sgd,"
                            + " d-adapt-adam and prodigy a factor")
    @Nullable Double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "seed of all random numbers (default: 1)")
    @Nullable Long seed;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description =
                    "threads that compute (default: one for each processor); the results do not"
                            + " depend on it")
    @Nullable Integer threads;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "what computes: cpu, opencl (a GPU or other device with an OpenCL driver; see"
                            + " ./aligrad devices), or reference (slow, in double)")
    @Nullable String device;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description =
                    "to what the factors of matrix products and convolutions are rounded: fp32 (not"
                            + " at all, the default), tf32 or bf16, which take tensor cores")
    @Nullable String precision;

    @Option(
            names = "--deterministic",
            description =
                    "the same bits on every machine with the same kind of device: what"
                            + " './aligrad tune' found on this one is not used")
    boolean deterministic;

    @Option(
            names = "--check-against",
            paramLabel = "NAME",
            description =
                    "computes every operation on this device, too, and stops where the results"
                            + " differ; slow")
    @Nullable String checkAgainst;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "the run directory (default: runs/EXPERIMENT)")
    @Nullable Path out;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "a YAML file of 'option: value' lines, such as config.yaml of a run; options"
                            + " given beside it count more")
    @Nullable Path config;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "stops after N epochs without a better accuracy on the validation set; where"
                            + " there is none, after N times 100 iterations without a better loss"
                            + " (default: goes on to the end)")
    @Nullable Long patience;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "how many checkpoints to keep, besides the best model (default: 1)")
    @Nullable Long keep;

    @Option(names = "--resume", description = "continues the interrupted run in the run directory")
    boolean resume;

    @Option(
            names = "--at",
            paramLabel = "ITERATION",
            description = "with --resume: the checkpoint to go on from (default: the last one)")
    @Nullable Long at;

    /// Checks what needs no run directory, and applies threads and device; before the first tensor
    /// is made.
    RunDevice start() {
        if (optimizer != null) {
            OptimizerChoice.of(optimizer);
        }
        if (threads != null) {
            if (threads < 1 || threads > MOST_THREADS) {
                throw new UsageException(
                        "--threads %d: it must be from 1 to %d.".formatted(threads, MOST_THREADS));
            }
            System.setProperty("aligrad.threads", threads.toString());
        }
        Device computes = computes();
        Device checks = checkAgainst == null ? null : named("--check-against", checkAgainst);
        if (computes == checks) {
            throw new UsageException(
                    "--check-against %s: that is what computes already; name another device."
                            .formatted(checkAgainst));
        }
        return new RunDevice(computes, checks);
    }

    /// What `--device` names, opened as `--precision` and `--deterministic` say.
    private Device computes() {
        if (deterministic) {
            System.setProperty(DETERMINISTIC, "true");
        }
        if (precision == null) {
            return device == null ? Device.current() : named("--device", device);
        }
        Precision wanted;
        try {
            wanted = Precision.of(precision);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--precision " + precision + ": " + e.getMessage() + ".", e);
        }
        String before = System.getProperty(PRECISION, Precision.FP32.label());
        System.setProperty(PRECISION, wanted.label());
        try {
            Device opened = device == null ? Device.current() : named("--device", device);
            Precision found = opened.backend().precision();
            if (found != wanted) {
                throw new UsageException(
                        "--precision %s: %s computes with %s; leave the option out, or name a device that has it with --device."
                                .formatted(precision, opened, found.label()));
            }
            return opened;
        } finally {
            System.setProperty(PRECISION, before); // of what is opened after it
        }
    }

    static Device named(String option, String name) {
        try {
            return Device.of(name);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new UsageException(option + " " + name + ": " + e.getMessage() + ".", e);
        }
    }
}
