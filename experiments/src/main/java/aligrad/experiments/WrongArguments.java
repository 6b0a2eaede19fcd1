package aligrad.experiments;

import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.util.stream.Collectors;

/// What is wrong with a command line, in one sentence that says what would be right.
final class WrongArguments {

    private WrongArguments() {}

    static String sentence(ParameterException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        return switch (e) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched, command);
            case OverwrittenOptionException twice ->
                    name(twice.getOverwritten()) + " is given twice; give it once.";
            case MissingParameterException missing when missing.getMissing().size() == 1 ->
                    "%s: its value is missing; %s."
                            .formatted(
                                    name(missing.getMissing().getFirst()),
                                    rule(missing.getMissing().getFirst()));
            default ->
                    e.getArgSpec() == null || e.getValue() == null
                            ? String.valueOf(e.getMessage())
                            : "%s %s: %s."
                                    .formatted(
                                            name(e.getArgSpec()),
                                            e.getValue(),
                                            rule(e.getArgSpec()));
        };
    }

    private static String unmatched(UnmatchedArgumentException e, CommandSpec command) {
        String argument = e.getUnmatched().getFirst();
        if (e.isUnknownOption()) {
            return "%s: %s has no such option; choose %s."
                    .formatted(argument, command.qualifiedName(), options(command));
        }
        return command.subcommands().isEmpty()
                ? "%s: %s takes options only; choose %s."
                        .formatted(argument, command.qualifiedName(), options(command))
                : "%s: %s has no such command; choose %s."
                        .formatted(
                                argument,
                                command.qualifiedName(),
                                String.join(", ", command.subcommands().keySet()));
    }

    private static String options(CommandSpec command) {
        return command.options().stream()
                .map(OptionSpec::longestName)
                .collect(Collectors.joining(", "));
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String rule(ArgSpec argument) {
        Class<?> type = argument.type();
        if (type == Long.class) {
            return "it must be a whole number of at most 18 digits";
        }
        if (type == Integer.class) {
            return "it must be a whole number of at most 9 digits";
        }
        if (type == Double.class) {
            return "it must be a number such as 0.1";
        }
        return type == boolean.class ? "it takes no value" : "give it " + argument.paramLabel();
    }
}
