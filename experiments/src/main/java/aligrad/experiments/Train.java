package aligrad.experiments;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `aligrad train`: one run of one experiment.
@Command(
        name = "train",
        description = "Trains one model and writes curves, metrics and a checkpoint.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TrainDnc.class,
            TrainMnist.Mnist.class,
            TrainMnist.FashionMnist.class,
            TrainCifar.Cifar10.class,
            TrainCifar.Cifar100.class,
            TrainSvhn.class,
            TrainSnli.class,
            TrainImageNet.class
        })
final class Train implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "Say what to train: choose "
                        + String.join(", ", spec.subcommands().keySet())
                        + ".");
    }
}
