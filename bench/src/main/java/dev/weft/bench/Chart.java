package dev.weft.bench;

import java.awt.Color;
import java.awt.Font;
import java.awt.Paint;
import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;

/** The picture of a report: a bar per row, to the right of 1 where ours is faster. */
final class Chart {

  private static final Color REACHED = new Color(0x2A7F62);
  private static final Color FASTER = new Color(0x8FBF9F);
  private static final Color SLOWER = new Color(0xC8553D);
  private static final int LINE = 16;

  private Chart() {}

  static void write(List<Result> results, Path file) throws IOException {
    var rows = results.stream().filter(result -> result.ratio().isPresent()).toList();
    var data = new DefaultCategoryDataset();
    for (Result result : rows) {
      data.addValue(result.ratio().orElseThrow(), "ratio", label(result));
    }
    JFreeChart chart =
        ChartFactory.createBarChart(
            "Time of the fastest peer / time of Weft",
            null,
            "right of 1: Weft is faster; dark green: the goal is reached",
            data,
            PlotOrientation.HORIZONTAL,
            false,
            false,
            false);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.getDomainAxis().setTickLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    plot.getDomainAxis().setMaximumCategoryLabelWidthRatio(2);
    var axis = new LogAxis(plot.getRangeAxis().getLabel());
    axis.setBase(2);
    axis.setTickUnit(new NumberTickUnit(1));
    axis.setNumberFormatOverride(
        new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)));
    plot.setRangeAxis(axis);
    var renderer =
        new BarRenderer() {
          @Override
          public Paint getItemPaint(int row, int column) {
            Result result = rows.get(column);
            double ratio = result.ratio().orElseThrow();
            return ratio >= result.least() ? REACHED : ratio >= 1 ? FASTER : SLOWER;
          }
        };
    renderer.setBase(1);
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    plot.setRenderer(renderer);
    ChartUtils.saveChartAsPNG(file.toFile(), chart, 1000, 120 + LINE * rows.size());
  }

  private static String label(Result result) {
    return result.threads() == 1 ? result.row() : result.row() + " [2 threads]";
  }
}
