package aligrad.experiments;

import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/// `aligrad train`, called from inside the program.
final class TrainCommand {

    private TrainCommand() {}

    /// Runs `aligrad train NAME` and returns its exit code.
    ///
    /// @param options values by name, without the dashes
    /// @param flags such as `resume`
    /// @param watch who watches the run
    /// @throws UsageException if the run cannot be started
    /// @throws RunFailedException if it cannot go on
    static int run(String name, Map<String, String> options, List<String> flags, Watch watch) {
        List<String> line = new ArrayList<>(List.of("train", name));
        options.forEach((option, value) -> line.add("--" + option + "=" + value));
        flags.forEach(flag -> line.add("--" + flag));
        Object command;
        try {
            ParseResult result = Main.program().parseArgs(line.toArray(new String[0]));
            command = result.subcommand().subcommand().commandSpec().userObject();
        } catch (ParameterException e) {
            throw new UsageException(WrongArguments.sentence(e), e);
        }
        if (!(command instanceof Callable<?> callable)) {
            throw new IllegalStateException("'train " + name + "' is no command that runs");
        }
        try {
            Object exit =
                    ScopedValue.where(Watch.CURRENT, watch)
                            .call((ScopedValue.CallableOp<Object, Exception>) callable::call);
            return exit instanceof Integer code ? code : 0;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("'train " + name + "' failed", e);
        }
    }
}
