package aligrad.experiments;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Several runs side by side: one page that needs no other file, and one table in Markdown.
///
/// Runs that differ in their seed alone are a group: one row, with mean and deviation, one curve.
/// Of the paper there is shown only what is known: its protocol, and numbers that its group
/// published for the same set-up elsewhere ([PublishedAccuracy]).
final class Comparison {

    static final String PAGE = "comparison.html";
    static final String MARKDOWN = "comparison.md";

    /// More curves than these cannot be told apart.
    private static final int MOST_CURVES = 10;

    private static final Color[] COLORS = {
        new Color(0x1F, 0x4E, 0x9E),
        new Color(0xC2, 0x3B, 0x22),
        new Color(0x2E, 0x8B, 0x57),
        new Color(0xE0, 0x8E, 0x0B),
        new Color(0x7B, 0x3F, 0x9E),
        new Color(0x1A, 0xA5, 0xB8),
        new Color(0x8C, 0x56, 0x4B),
        new Color(0xD1, 0x4D, 0x8B),
        new Color(0x6B, 0x7B, 0x0E),
        new Color(0x55, 0x55, 0x55)
    };

    private static final String OPTIMIZER = "optimizer";

    private static final List<String> ACCURACIES =
            List.of(
                    "training accuracy",
                    "best validation accuracy",
                    "test accuracy",
                    "test top-5 accuracy");

    /// Runs with the same settings but for the seed.
    ///
    /// @param label what tells it from the other groups
    private record Group(String label, Map<String, String> settings, List<RunRecord> runs) {

        /// One figure of all runs that have it.
        double[] figures(String name) {
            return runs.stream()
                    .map(RunRecord::figures)
                    .filter(figures -> figures.containsKey(name))
                    .mapToDouble(figures -> figures.getOrDefault(name, Double.NaN))
                    .toArray();
        }

        double loss() {
            return mean(figures("loss"));
        }

        String optimizer() {
            return settings.getOrDefault(OPTIMIZER, "-");
        }
    }

    private final List<Group> groups;
    private final Optional<PaperExperiment> experiment;
    private final Map<String, Object> grid;

    private Comparison(
            List<Group> groups, Optional<PaperExperiment> experiment, Map<String, Object> grid) {
        this.groups = groups;
        this.experiment = experiment;
        this.grid = grid;
    }

    /// Of directories of runs or of grids; a protocol is shown where all are of one grid.
    ///
    /// @throws UsageException if one holds neither, or a file is damaged
    static Comparison of(List<Path> paths) {
        List<RunRecord> runs = new ArrayList<>();
        Optional<PaperExperiment> experiment = Optional.empty();
        Map<String, Object> grid = Map.of();
        for (Path path : paths) {
            Path file = path.resolve(Grid.FILE);
            if (!Files.exists(file)) {
                runs.add(RunRecord.read(path));
                continue;
            }
            List<Path> directories = runsOf(path);
            directories.forEach(directory -> runs.add(RunRecord.read(directory)));
            if (paths.size() == 1) {
                grid = new LinkedHashMap<>(ConfigFile.read(file));
                grid.put("jobs", directories.stream().map(Path::getParent).distinct().count());
                experiment = Optional.of(Grid.experiment(file, grid));
            }
        }
        if (runs.isEmpty()) {
            throw new UsageException("%s holds no run yet.".formatted(paths.getFirst()));
        }
        return new Comparison(groups(runs), experiment, grid);
    }

    /// The directories of a grid's runs, in the order of its jobs.
    private static List<Path> runsOf(Path grid) {
        List<Path> runs = new ArrayList<>();
        try (DirectoryStream<Path> jobs = Files.newDirectoryStream(grid, Files::isDirectory)) {
            for (Path job : jobs) {
                try (DirectoryStream<Path> seeds = Files.newDirectoryStream(job, "seed-*")) {
                    for (Path seed : seeds) {
                        if (Files.exists(seed.resolve(RunDirectory.CONFIG))) {
                            runs.add(seed);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        runs.sort(Comparator.comparing(Path::toString));
        return runs;
    }

    private static List<Group> groups(List<RunRecord> runs) {
        Map<Map<String, String>, List<RunRecord>> bySettings = new LinkedHashMap<>();
        for (RunRecord run : runs) {
            bySettings.computeIfAbsent(run.settings(), s -> new ArrayList<>()).add(run);
        }
        Iterator<String> labels = labels(List.copyOf(bySettings.keySet())).iterator();
        List<Group> groups = new ArrayList<>();
        bySettings.forEach(
                (settings, members) -> {
                    String label = labels.next();
                    groups.add(
                            new Group(
                                    label.isEmpty() ? members.getFirst().path().toString() : label,
                                    settings,
                                    members));
                });
        return groups;
    }

    /// A name for each of several runs of different settings, as short as tells them apart, so that
    /// legends have room: the optimizer, and of the other settings those without which two would
    /// have the same name. Empty for a run alone.
    static List<String> labels(List<Map<String, String>> settings) {
        Set<String> names = new LinkedHashSet<>(Set.of(OPTIMIZER));
        settings.forEach(each -> names.addAll(each.keySet()));
        List<String> labels = Collections.nCopies(settings.size(), "");
        for (String name : names) {
            List<String> longer = new ArrayList<>();
            for (int i = 0; i < settings.size(); i++) {
                String value = settings.get(i).getOrDefault(name, "");
                String part =
                        value.isEmpty() || name.equals(OPTIMIZER) ? value : name + " " + value;
                String before = labels.get(i);
                longer.add(
                        before.isEmpty() || part.isEmpty() ? before + part : before + ", " + part);
            }
            if (Set.copyOf(longer).size() > Set.copyOf(labels).size()) {
                labels = longer;
            }
        }
        return labels;
    }

    /// Writes the page and the Markdown into a directory.
    void write(Path directory) {
        try {
            Files.createDirectories(directory);
            RunDirectory.replace(directory.resolve(PAGE), page());
            RunDirectory.replace(directory.resolve(MARKDOWN), markdown());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The table for a terminal.
    String summary() {
        return table().text();
    }

    private String title() {
        return experiment.map(PaperExperiment::title).orElse("Runs side by side");
    }

    private Table table() {
        Map<String, String> lacking = new LinkedHashMap<>();
        for (Group group : groups) {
            group.settings.keySet().forEach(name -> lacking.put(name, "-"));
        }
        List<Map<String, String>> rows = new ArrayList<>();
        for (Group group : groups) {
            Map<String, String> row = new LinkedHashMap<>(lacking);
            row.putAll(group.settings);
            row.remove("images");
            row.remove("data");
            row.put("runs", Integer.toString(group.runs.size()));
            row.put("last loss", deviating(group.figures("loss"), "%.4g"));
            for (String name : ACCURACIES) {
                double[] figures = group.figures(name);
                row.put(name, figures.length == 0 ? "-" : deviating(figures, "%.2f") + " %");
            }
            PublishedAccuracy.of(group.settings)
                    .ifPresent(known -> row.put("published elsewhere", known.text()));
            row.put("done", deviating(group.figures("iterations"), "%.0f"));
            row.put("time", ProgressBar.duration(mean(group.figures("seconds"))));
            row.put(
                    "status",
                    group.runs.stream()
                            .collect(
                                    Collectors.groupingBy(
                                            RunRecord::status, TreeMap::new, Collectors.counting()))
                            .entrySet()
                            .stream()
                            .map(
                                    e ->
                                            group.runs.size() == 1
                                                    ? e.getKey()
                                                    : e.getValue() + " " + e.getKey())
                            .collect(Collectors.joining(", ")));
            rows.add(row);
        }
        List<String> always =
                new ArrayList<>(
                        List.of("optimizer", "runs", "last loss", "done", "time", "status"));
        for (String name : ACCURACIES) {
            if (groups.stream().anyMatch(group -> group.figures(name).length > 0)) {
                always.add(name);
            }
        }
        return Table.ofDifferences(rows, always);
    }

    /// Mean ± deviation, or the only number.
    static String deviating(double[] values, String format) {
        if (values.length == 0) {
            return "-";
        }
        String mean = format.formatted(mean(values));
        return values.length == 1 ? mean : mean + " ± " + format.formatted(deviation(values));
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    /// Of a sample: with n - 1.
    static double deviation(double[] values) {
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / (values.length - 1));
    }

    private Map<String, String> shared() {
        Map<String, String> shared = Table.shared(groups.stream().map(Group::settings).toList());
        shared.remove("optimizer"); // it has a column always
        return shared;
    }

    private String sharedText() {
        return "All runs: "
                + shared().entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "))
                + ".";
    }

    private static final String READING =
            "The last loss is the mean of the last epoch, or of the last 100 iterations where there"
                    + " are no epochs. Numbers behind ± are the deviation over seeds.";

    private String published() {
        boolean isKnown =
                groups.stream().anyMatch(g -> PublishedAccuracy.of(g.settings).isPresent());
        return isKnown ? PublishedAccuracy.SOURCE : "";
    }

    String markdown() {
        StringBuilder text = new StringBuilder("# " + title() + "\n\n");
        experiment.ifPresent(
                paper -> {
                    text.append(Grid.protocol(paper, grid).markdown()).append('\n');
                    paper.slips().forEach(slip -> text.append("* ").append(slip).append('\n'));
                    text.append(paper.slips().isEmpty() ? "" : "\n");
                });
        text.append(sharedText()).append("\n\n").append(table().markdown()).append('\n');
        text.append(READING).append('\n');
        return text.append(published().isEmpty() ? "" : "\n" + published() + "\n").toString();
    }

    private String page() {
        StringBuilder html = new StringBuilder();
        html.append(
                """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Aligrad: %s</title>
                <style>
                body { font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; padding: 0 1em; max-width: 1600px; color: #222 }
                table { border-collapse: collapse; margin: 1em 0; font-size: 14px }
                th, td { padding: 0.1em 1.2em 0.1em 0; text-align: left; vertical-align: top }
                th { border-bottom: 1px solid #999 } tr:hover td { background: #f2f5fa }
                .curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1em }
                svg { max-width: 100%%; height: auto }
                </style>
                </head>
                <body>
                <h1>%s</h1>
                """
                        .formatted(Report.escaped(title()), Report.escaped(title())));
        experiment.ifPresent(
                paper -> {
                    html.append("<h2>Protocol</h2>\n").append(Grid.protocol(paper, grid).html());
                    paper.slips().forEach(slip -> html.append(paragraph(slip)));
                });
        html.append("<h2>Runs</h2>\n").append(paragraph(sharedText())).append(table().html());
        html.append(paragraph(READING));
        html.append(published().isEmpty() ? "" : paragraph(published()));
        rates().ifPresent(svg -> html.append(figure(svg)));
        html.append("<h2>Curves</h2>\n").append(paragraph(drawnText()));
        html.append("<div class=\"curves\">\n");
        for (Curves chart : charts()) {
            if (!chart.isEmpty()) {
                html.append("<div>").append(inline(chart.svg())).append("</div>\n");
            }
        }
        return html.append("</div>\n</body>\n</html>\n").toString();
    }

    private static String paragraph(String text) {
        return "<p>" + Report.escaped(text) + "</p>\n";
    }

    private static String inline(String svg) {
        return svg.substring(svg.indexOf("<svg"));
    }

    private String figure(String svg) {
        String caption =
                "Where a run failed there is no point. ALI-G without a longest step (none) is a"
                        + " level line; the rate of L4 is its fraction.";
        return "<h2>Last loss for each rate</h2>\n" + inline(svg) + "\n" + paragraph(caption);
    }

    /// The figure of the paper's DNC experiment: the last loss against η, the learning rate or the
    /// fraction, a line for each optimizer; nothing unless some optimizer has two.
    private Optional<String> rates() {
        Map<String, List<double[]>> lines = new LinkedHashMap<>();
        Map<String, Double> unlimited = new LinkedHashMap<>();
        double lowest = Double.POSITIVE_INFINITY;
        double highest = 0;
        for (Group group : groups) {
            if (!"dnc".equals(group.settings.get("experiment"))
                    || group.runs.stream().anyMatch(run -> run.status().equals("failed"))) {
                continue;
            }
            String rate =
                    group.settings.getOrDefault(
                            "max-lr", group.settings.getOrDefault("learning-rate", "none"));
            if (rate.equals("none")) {
                unlimited.put(group.optimizer() + " none", group.loss());
                continue;
            }
            double x = Double.parseDouble(rate);
            lowest = Math.min(lowest, x);
            highest = Math.max(highest, x);
            lines.computeIfAbsent(group.optimizer(), o -> new ArrayList<>())
                    .add(new double[] {x, group.loss()});
        }
        if (lines.values().stream().noneMatch(line -> line.size() > 1)) {
            return Optional.empty();
        }
        Curves chart = Curves.overRates("Last loss for each rate", "loss, nats").legendBeside();
        int color = 0;
        for (Map.Entry<String, List<double[]>> line : lines.entrySet()) {
            line.getValue().sort(Comparator.comparingDouble(p -> p[0]));
            chart.points(line.getKey(), line.getValue(), COLORS[color++ % COLORS.length]);
        }
        for (Map.Entry<String, Double> level : unlimited.entrySet()) {
            double y = level.getValue();
            chart.smooth(
                    level.getKey(),
                    List.of(new double[] {lowest, y}, new double[] {highest, y}),
                    COLORS[color++ % COLORS.length]);
        }
        return chart.isEmpty() ? Optional.empty() : Optional.of(chart.svg());
    }

    /// All groups, or where they are too many the best of each optimizer.
    private List<Group> drawn() {
        if (groups.size() <= MOST_CURVES) {
            return groups;
        }
        Map<String, Group> best = new LinkedHashMap<>();
        for (Group group : groups) {
            if (Double.isFinite(group.loss())) {
                best.merge(group.optimizer(), group, (a, b) -> b.loss() < a.loss() ? b : a);
            }
        }
        return best.values().stream().limit(MOST_CURVES).toList();
    }

    private String drawnText() {
        String means = "Curves are means over each epoch, or each 100 iterations, and over seeds.";
        return groups.size() <= MOST_CURVES
                ? means
                : means + " Of each optimizer the runs with the lowest last loss are drawn.";
    }

    private List<Curves> charts() {
        return List.of(
                chart("Loss", "loss", "loss", true),
                chart("Step size", "step size", "step_size", true),
                chart("Step size before its limit", "step size", "step_size_unclipped", true),
                chart("Training accuracy", "%", "accuracy", false),
                chart("Validation accuracy", "%", Metrics.VALIDATION_ACCURACY, false));
    }

    private Curves chart(String title, String axis, String name, boolean logarithmic) {
        Curves chart = new Curves(title, axis, logarithmic).legendBeside();
        int color = 0;
        for (Group group : drawn()) {
            List<List<double[]>> curves = group.runs.stream().map(run -> run.curve(name)).toList();
            chart.smooth(group.label, mean(curves), COLORS[color++ % COLORS.length]);
        }
        return chart;
    }

    /// The mean of curves as far as all go.
    static List<double[]> mean(List<List<double[]>> curves) {
        int length = curves.stream().mapToInt(List::size).min().orElse(0);
        List<double[]> mean = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            double sum = 0;
            for (List<double[]> curve : curves) {
                sum += curve.get(i)[1];
            }
            mean.add(new double[] {curves.getFirst().get(i)[0], sum / curves.size()});
        }
        return mean;
    }
}
