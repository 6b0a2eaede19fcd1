package aligrad.benchmarks;

import aligrad.benchmarks.versus.Footprint;
import aligrad.benchmarks.versus.Launches;
import aligrad.benchmarks.versus.Versus;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/// The command line of the benchmarks: `./aligrad bench jmh`, `launches`, `memory` and `versus`.
@Command(
        name = "aligrad bench",
        description = "Measures Aligrad on this machine.",
        mixinStandardHelpOptions = true,
        subcommands = {Bench.Jmh.class, Launches.class, Footprint.class, Versus.class})
public final class Bench implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /// For the help alone: JMH has options of its own, so its part of the line never gets here.
    @Command(
            name = "jmh",
            description = "Runs JMH benchmarks; all arguments are JMH's: jmh -h, jmh -l.")
    static final class Jmh implements Runnable {
        @Override
        public void run() {}
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "Say what to run: jmh, launches, memory or versus.");
    }

    public static void main(String[] args) throws IOException {
        if (args.length > 0 && args[0].equals("jmh")) {
            org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
        } else {
            System.exit(execute(args));
        }
    }

    /// Runs a command line without JMH and returns the exit code: 0, 1 for a failure, 2 for wrong
    /// input.
    static int execute(String... args) {
        return new CommandLine(new Bench())
                .setParameterExceptionHandler(Bench::wrongArguments)
                .setExecutionExceptionHandler(Bench::failed)
                .execute(args);
    }

    private static int wrongArguments(CommandLine.ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr().println(e.getMessage());
        command.getErr().println("See " + command.getCommandSpec().qualifiedName() + " --help.");
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult result)
            throws Exception {
        if (e instanceof BenchException failure) {
            command.getErr().println(failure.getMessage());
            return failure.exitCode();
        }
        if (e instanceof UncheckedIOException io) {
            command.getErr().println("Reading or writing failed: " + io.getCause() + ".");
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw e; // a defect of ours: with its stack trace
    }
}
