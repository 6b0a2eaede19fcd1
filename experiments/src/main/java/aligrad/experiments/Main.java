package aligrad.experiments;

import aligrad.tensor.MemoryExhaustedException;
import aligrad.tensor.TwinException;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/// The command line: `./aligrad train dnc`.
@Command(
        name = "aligrad",
        description = "Deep learning in pure Java, with ALI-G at the centre.",
        mixinStandardHelpOptions = true,
        version = "Aligrad 0.1.0",
        footer = "Benchmarks are a program of their own: aligrad bench --help.",
        subcommands = {
            Train.class,
            Reproduce.class,
            ReportRuns.class,
            Data.class,
            Devices.class,
            Tune.class
        })
public final class Main implements Runnable {

    private static final int USAGE = CommandLine.ExitCode.USAGE;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /// Without a command there is nothing to do but to say what there is.
    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /// Runs a command line and returns the exit code: 0, 1 for a failure, 2 for wrong input.
    static int execute(String... args) {
        Locale.setDefault(Locale.ROOT); // what is printed is read by programs too
        CommandLine program = program();
        String[] line;
        try {
            line = ConfigFile.expanded(program, args);
        } catch (UsageException e) {
            program.getErr().println(e.getMessage());
            return USAGE;
        }
        return program.setParameterExceptionHandler(Main::wrongArguments)
                .setExecutionExceptionHandler(Main::failed)
                .execute(line);
    }

    /// The commands, as they are read.
    static CommandLine program() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Double.class, Main::number);
    }

    private static double number(String text) {
        if (!OptimizerChoice.DECIMAL.matcher(text).matches()) {
            throw new CommandLine.TypeConversionException("no number"); // said by WrongArguments
        }
        return Double.parseDouble(text);
    }

    private static int wrongArguments(CommandLine.ParameterException e, String[] args) {
        e.getCommandLine().getErr().println(WrongArguments.sentence(e));
        return USAGE;
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult result)
            throws Exception {
        if (e instanceof UsageException wrong) {
            command.getErr().println(wrong.getMessage());
            return USAGE;
        }
        if (e instanceof RunFailedException failure) {
            command.getErr().println(failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        if (e instanceof UncheckedIOException io) {
            IOException cause = TextFile.cause(io);
            command.getErr()
                    .println(
                            "Reading or writing failed: %s%s."
                                    .formatted(
                                            cause instanceof FileSystemException file
                                                    ? file.getFile() + ": "
                                                    : "",
                                            TextFile.reason(cause)));
            return CommandLine.ExitCode.SOFTWARE;
        }
        if (e instanceof MemoryExhaustedException || e instanceof TwinException) {
            command.getErr().println(e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw e; // a defect of ours: with its stack trace
    }
}
