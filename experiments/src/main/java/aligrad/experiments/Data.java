package aligrad.experiments;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `aligrad data`: what the experiments learn from.
@Command(
        name = "data",
        description = "Fetches and checks the data sets of the experiments.",
        mixinStandardHelpOptions = true,
        subcommands = {DataFetch.class, DataCheck.class})
final class Data implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "Say what to do with data: choose "
                        + String.join(", ", spec.subcommands().keySet())
                        + ".");
    }
}
