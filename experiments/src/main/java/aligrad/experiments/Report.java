package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The page of a run: what was run, how it went, and its curves, in one file that needs no other.
final class Report {

    /// The names of the curves' files, without `.svg`.
    static final List<String> CURVES = List.of("loss", "step_size", "accuracy");

    private static final Color FAINT = new Color(0xB8, 0xC4, 0xD6);
    private static final Color BLUE = new Color(0x1F, 0x4E, 0x9E);
    private static final Color RED = new Color(0xC2, 0x3B, 0x22);
    private static final int WINDOW = 100;
    private static final String MEAN = "mean of the last " + WINDOW;

    private Report() {}

    static void write(
            RunDirectory directory,
            Map<String, Object> configuration,
            Metrics metrics,
            String conclusion) {
        Map<String, String> curves = curves(metrics);
        try {
            for (Map.Entry<String, String> curve : curves.entrySet()) {
                Path file = directory.path().resolve(curve.getKey() + ".svg");
                RunDirectory.replace(file, curve.getValue());
            }
            RunDirectory.replace(
                    directory.report(), page(configuration, metrics, conclusion, curves));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> curves(Metrics metrics) {
        Map<String, String> curves = new LinkedHashMap<>();
        List<double[]> loss = metrics.series("loss");
        put(
                curves,
                "loss",
                new Curves("Loss", "loss", true) // of a hinge it is not in nats
                        .each("each iteration", loss, FAINT)
                        .smooth(MEAN, Curves.smoothed(loss, WINDOW), BLUE));
        put(
                curves,
                "step_size",
                new Curves("Step size", "step size", true)
                        .each("unclipped", metrics.series("step_size_unclipped"), FAINT)
                        .each("used", metrics.series("step_size"), BLUE));
        List<double[]> training = Curves.smoothed(metrics.series("accuracy"), WINDOW);
        List<double[]> validation = metrics.series(Metrics.VALIDATION_ACCURACY);
        put(
                curves,
                "accuracy",
                new Curves("Accuracy", "%", false)
                        .smooth("training, " + MEAN, training, BLUE)
                        .smooth("validation", validation, RED)
                        .smooth("test", metrics.series("test_accuracy"), RED));
        return curves;
    }

    private static void put(Map<String, String> curves, String name, Curves chart) {
        if (!chart.isEmpty()) {
            curves.put(name, chart.svg());
        }
    }

    private static String page(
            Map<String, Object> configuration,
            Metrics metrics,
            String conclusion,
            Map<String, String> curves) {
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
                body { font: 16px/1.5 system-ui, sans-serif; max-width: 800px; margin: 2em auto; padding: 0 1em; color: #222 }
                table { border-collapse: collapse } td { padding: 0.1em 1.5em 0.1em 0; vertical-align: top }
                td:first-child { color: #666 } svg { max-width: 100%%; height: auto; margin-top: 1em }
                </style>
                </head>
                <body>
                <h1>%s</h1>
                <p>%s</p>
                <table>
                """
                        .formatted(
                                escaped(configuration.get("experiment")),
                                escaped(configuration.get("experiment")),
                                escaped(conclusion)));
        configuration.forEach(
                (name, value) ->
                        html.append(
                                "<tr><td>%s</td><td>%s</td></tr>\n"
                                        .formatted(escaped(name), escaped(value))));
        html.append("<tr><td>iterations done</td><td>%d</td></tr>\n".formatted(metrics.size()));
        html.append(
                "<tr><td>time</td><td>%s</td></tr>\n"
                        .formatted(
                                ProgressBar.duration(metrics.last().getOrDefault("seconds", 0.0))));
        html.append("</table>\n");
        for (String svg : curves.values()) {
            html.append(svg.substring(svg.indexOf("<svg"))).append('\n');
        }
        return html.append("</body>\n</html>\n").toString();
    }

    /// As HTML shows it.
    static String escaped(@Nullable Object text) {
        return String.valueOf(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
