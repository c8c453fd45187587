package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a model consists of: one row per module, and totals. Its text is a table.
 *
 * @param rows the modules down to the depth that was asked for
 * @param total the number of elements of all parameters, shared ones counted once
 * @param trainable those of them that ask for gradients
 * @param bytes the memory of all parameters
 */
public record ModuleSummary(List<Row> rows, long total, long trainable, long bytes) {

  /**
   * One module.
   *
   * @param name its path
   * @param type its class
   * @param parameters the number of elements of the parameters in it and below
   * @param shapes the shapes of the parameters directly in it
   * @param training its mode
   */
  public record Row(
      String name, String type, long parameters, List<String> shapes, boolean training) {}

  public ModuleSummary {
    rows = List.copyOf(rows);
  }

  static ModuleSummary of(Module<?, ?> model, int depth) {
    if (depth < 0) {
      throw new IllegalArgumentException("summary: depth " + depth + ": must not be negative");
    }
    var rows = new ArrayList<Row>();
    for (Map.Entry<String, Module<?, ?>> entry : model.namedModules().entrySet()) {
      String name = entry.getKey();
      Module<?, ?> module = entry.getValue();
      long level = name.isEmpty() ? 0 : 1 + name.chars().filter(c -> c == '.').count();
      // The model itself is a row only where it would be the only one.
      if (level <= depth && (level > 0 || depth == 0 || model.children().isEmpty())) {
        List<String> shapes =
            module.ownTensors().stream()
                .filter(Parameter.class::isInstance)
                .map(p -> p.shape().toString())
                .toList();
        rows.add(
            new Row(
                name,
                module.typeName(),
                elements(module.parameters()),
                shapes,
                module.isTraining()));
      }
    }
    List<Parameter> all = model.parameters();
    return new ModuleSummary(
        rows,
        elements(all),
        elements(all.stream().filter(Tensor::requiresGrad).toList()),
        all.stream().mapToLong(p -> p.spec().bytes()).sum());
  }

  private static long elements(Collection<Parameter> parameters) {
    return parameters.stream().mapToLong(Tensor::numel).sum();
  }

  /** 999, 1.2 K, 35.0 M, 7.1 B. */
  private static String rounded(long count) {
    String[] units = {"", " K", " M", " B", " T"};
    double value = count;
    int unit = 0;
    while (value >= 999.95 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0
        ? Long.toString(count)
        : String.format(Locale.ROOT, "%.1f%s", value, units[unit]);
  }

  @Override
  public String toString() {
    var table = new ArrayList<List<String>>();
    table.add(List.of("", "Name", "Type", "Params", "Shapes", "Mode"));
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      table.add(
          List.of(
              Integer.toString(i),
              row.name,
              row.type,
              rounded(row.parameters),
              String.join(" ", row.shapes),
              row.training ? "train" : "eval"));
    }
    int[] widths = new int[6];
    for (List<String> line : table) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    var lines = new ArrayList<String>();
    for (List<String> line : table) {
      var cells = new ArrayList<String>();
      for (int i = 0; i < widths.length; i++) {
        cells.add(line.get(i) + " ".repeat(widths[i] - line.get(i).length()));
      }
      lines.add(String.join(" | ", cells).stripTrailing());
    }
    String rule = "-".repeat(lines.stream().mapToInt(String::length).max().orElse(0));
    lines.add(1, rule);
    lines.add(rule);
    lines.add(total(rounded(trainable), "Trainable params"));
    lines.add(total(rounded(total - trainable), "Non-trainable params"));
    lines.add(total(rounded(total), "Total params"));
    lines.add(total(String.format(Locale.ROOT, "%.3f", bytes / 1e6), "Params size (MB)"));
    return lines.stream().collect(Collectors.joining("\n"));
  }

  private static String total(String value, String what) {
    return String.format(Locale.ROOT, "%-9s %s", value, what);
  }
}
