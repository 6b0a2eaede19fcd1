package aligrad.experiments;

import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Curves over iterations as SVG.
final class Curves {

    private static final int POINTS = 400;

    private final XYChart chart;

    /// @param logarithmic whether the vertical axis is
    Curves(String title, String axis, boolean logarithmic) {
        chart =
                new XYChartBuilder()
                        .width(760)
                        .height(360)
                        .title(title)
                        .xAxisTitle("iteration")
                        .yAxisTitle(axis)
                        .build();
        // Each dash of the usual grid would be a shape of its own in the file.
        chart.getStyler().setPlotGridLinesStroke(new BasicStroke(0.5f));
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        chart.getStyler()
                .setYAxisLogarithmic(logarithmic)
                .setMarkerSize(0)
                .setLegendPosition(Styler.LegendPosition.InsideNE)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartTitleBoxVisible(false);
    }

    /// Adds a curve of points `(iteration, value)`; long ones are thinned, each kept point being
    /// the mean of those that it stands for.
    ///
    /// @param positiveOnly whether values of 0 and below are left out, for a logarithmic axis
    Curves add(String name, List<double[]> points, Color color, float width, boolean positiveOnly) {
        List<double[]> kept = new ArrayList<>();
        for (double[] p : points) {
            if (!positiveOnly || p[1] > 0) {
                kept.add(p);
            }
        }
        if (kept.isEmpty()) {
            return this;
        }
        int stride = Math.max(1, kept.size() / POINTS);
        int n = (kept.size() + stride - 1) / stride;
        double[] x = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            int from = i * stride;
            int to = Math.min(kept.size(), from + stride);
            for (int j = from; j < to; j++) {
                x[i] += kept.get(j)[0] / (to - from);
                y[i] += (positiveOnly ? Math.log(kept.get(j)[1]) : kept.get(j)[1]) / (to - from);
            }
            y[i] = positiveOnly ? Math.exp(y[i]) : y[i];
        }
        chart.addSeries(name, x, y)
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(color)
                .setLineWidth(width);
        return this;
    }

    /// The mean of each value and those before it, at most `window` of them.
    static List<double[]> smoothed(List<double[]> points, int window) {
        List<double[]> means = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < points.size(); i++) {
            sum += points.get(i)[1];
            if (i >= window) {
                sum -= points.get(i - window)[1];
            }
            means.add(new double[] {points.get(i)[0], sum / Math.min(i + 1, window)});
        }
        return means;
    }

    boolean isEmpty() {
        return chart.getSeriesCollection().isEmpty();
    }

    String svg() {
        try {
            return new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
