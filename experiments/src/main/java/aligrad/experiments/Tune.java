package aligrad.experiments;

import aligrad.tensor.Device;
import aligrad.tensor.spi.Tuner;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `aligrad tune`.
@Command(
        name = "tune",
        description = {
            "Searches what makes a device's kernels fast, and keeps it for later runs.",
            "Every candidate is compared with the host's numbers before it may win. Ctrl-C ends the"
                    + " search; what was found is kept. 'aligrad devices' shows what is used."
        },
        mixinStandardHelpOptions = true)
final class Tune implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "opencl",
            description = "what to tune, such as opencl:1 (default: ${DEFAULT-VALUE})")
    private String name = "opencl";

    @ArgGroup private @Nullable Effort effort;

    /// How much is tried.
    static final class Effort {
        @Option(names = "--quick", description = "takes some 10 seconds (default)")
        boolean quick;

        @Option(names = "--full", description = "tries everything, which takes minutes to an hour")
        boolean full;
    }

    @Override
    public Integer call() {
        Device device = RunOptions.named("--device", name);
        Optional<Tuner> tuner = device.backend().tuner();
        if (tuner.isEmpty()) {
            throw new UsageException(
                    "--device %s: it has nothing to tune; name an OpenCL device, which ./aligrad devices lists."
                            .formatted(name));
        }
        PrintWriter out = spec.commandLine().getOut();
        Tuner.Effort tried = effort != null && effort.full ? Tuner.Effort.FULL : Tuner.Effort.QUICK;
        try (Interruption interruption = new Interruption()) {
            tuner.get()
                    .search(
                            tried,
                            line -> {
                                out.println(line);
                                out.flush();
                            },
                            interruption::isRequested);
        } catch (IllegalStateException e) {
            throw new UsageException("tune --device %s: %s.".formatted(name, e.getMessage()), e);
        }
        return 0;
    }
}
