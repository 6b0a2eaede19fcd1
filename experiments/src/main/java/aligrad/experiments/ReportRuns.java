package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `aligrad report`: runs side by side.
@Command(
        name = "report",
        description = {
            "Puts runs side by side: one page with tables and curves, comparison.html, and the"
                    + " table in Markdown, comparison.md.",
            "Runs that differ in their seed alone are one row, with mean and deviation."
        },
        mixinStandardHelpOptions = true)
final class ReportRuns implements Callable<Integer> {

    @Parameters(
            paramLabel = "RUN",
            arity = "1..*",
            description = "directories of runs, or one of a grid that 'aligrad reproduce' made")
    private List<Path> runs = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "where the files are written (default: the grid, else runs/comparison)")
    private @Nullable Path out;

    @Override
    public Integer call() {
        Comparison comparison = Comparison.of(runs);
        Path directory = out == null ? usual() : out;
        comparison.write(directory);
        System.out.println(comparison.summary());
        System.out.println("Report: " + directory.resolve(Comparison.PAGE));
        return 0;
    }

    private Path usual() {
        boolean isGrid = runs.size() == 1 && Files.exists(runs.getFirst().resolve(Grid.FILE));
        return isGrid ? runs.getFirst() : Path.of("runs", "comparison");
    }
}
