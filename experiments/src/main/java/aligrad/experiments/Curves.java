package aligrad.experiments;

import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
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
    private final boolean logarithmic;

    /// @param logarithmic whether the vertical axis is; values of 0 and below are left out then
    Curves(String title, String axis, boolean logarithmic) {
        this.logarithmic = logarithmic;
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
                .setXAxisTickMarkSpacingHint(100) // labels of five digits stay apart
                .setXAxisTickLabelsFormattingFunction(Curves::iteration);
        chart.getStyler()
                .setYAxisLogarithmic(logarithmic)
                .setMarkerSize(0)
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setLegendBorderColor(Color.WHITE)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartTitleBoxVisible(false);
    }

    /// Puts the names one below the other beside the curves, where many would not fit in a line.
    Curves legendBeside() {
        chart.getStyler()
                .setLegendPosition(Styler.LegendPosition.OutsideE)
                .setLegendLayout(Styler.LegendLayout.Vertical);
        return this;
    }

    /// A chart over learning rates: both axes are logarithmic.
    static Curves overRates(String title, String axis) {
        Curves curves = new Curves(title, axis, true);
        curves.chart.setXAxisTitle("longest step, learning rate or fraction");
        curves.chart
                .getStyler()
                .setXAxisLogarithmic(true)
                .setXAxisTickLabelsFormattingFunction(null)
                .setMarkerSize(6);
        return curves;
    }

    /// The label of a tick, none where no iteration is.
    static String iteration(double x) {
        return x == Math.rint(x) ? "%.0f".formatted(x) : " ";
    }

    /// Adds a curve of points `(iteration, value)` as they are; of many, the lowest and the highest
    /// of each few are drawn, so that no spike is lost, and the legend says so.
    Curves each(String name, List<double[]> points, Color color) {
        int stride = stride(points);
        return add(legend(name, stride), extremes(points, stride), color, 1);
    }

    /// Adds a curve of points that change little from one to the next; of many, each few are drawn
    /// as their last.
    Curves smooth(String name, List<double[]> points, Color color) {
        int stride = stride(points);
        List<double[]> kept = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            if (i == 0 || (i + 1) % stride == 0 || i == points.size() - 1) {
                kept.add(points.get(i));
            }
        }
        return add(name, kept, color, 2);
    }

    /// Adds a curve with a mark at each point; those that the axis cannot show are left out.
    Curves points(String name, List<double[]> points, Color color) {
        return add(name, points, color, 1, SeriesMarkers.CIRCLE);
    }

    static String legend(String name, int stride) {
        return stride == 1 ? name : name + " (lowest and highest of %d)".formatted(stride);
    }

    private static int stride(List<double[]> points) {
        return Math.max(1, points.size() / POINTS);
    }

    /// The lowest and the highest of each `stride` points, in their order.
    static List<double[]> extremes(List<double[]> points, int stride) {
        List<double[]> kept = new ArrayList<>();
        for (int from = 0; from < points.size(); from += stride) {
            int lowest = from;
            int highest = from;
            for (int i = from; i < Math.min(points.size(), from + stride); i++) {
                lowest = points.get(i)[1] < points.get(lowest)[1] ? i : lowest;
                highest = points.get(i)[1] > points.get(highest)[1] ? i : highest;
            }
            kept.add(points.get(Math.min(lowest, highest)));
            if (lowest != highest) {
                kept.add(points.get(Math.max(lowest, highest)));
            }
        }
        return kept;
    }

    private Curves add(String name, List<double[]> points, Color color, float width) {
        return add(name, points, color, width, SeriesMarkers.NONE);
    }

    private Curves add(
            String name, List<double[]> points, Color color, float width, Marker marker) {
        List<double[]> drawn =
                logarithmic ? points.stream().filter(p -> p[1] > 0).toList() : points;
        if (!drawn.isEmpty()) {
            chart.addSeries(
                            name,
                            drawn.stream().mapToDouble(p -> p[0]).toArray(),
                            drawn.stream().mapToDouble(p -> p[1]).toArray())
                    .setMarker(marker)
                    .setMarkerColor(color)
                    .setLineColor(color)
                    .setLineWidth(width);
        }
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
