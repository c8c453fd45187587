package dev.weft.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The report as text. */
final class Markdown {

  private Markdown() {}

  static String of(List<Result> results, Ceiling ceiling, Effort effort) {
    var text = new StringBuilder();
    text.append("# Weft beside its peers\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Java %s on %s, %d processors, mode %s. %s%n%n",
            Runtime.version(),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            effort.name().toLowerCase(Locale.ROOT),
            ceiling.describe()));
    text.append(
        "The ratio is the fastest peer's time by ours: above 1 Weft is faster. In bold where the"
            + " goal is missed. The limit is the share of the machine's ceiling that Weft"
            + " reaches.\n\n");
    text.append("| row | threads | Weft | fastest peer | ratio | goal | limit | all peers |\n");
    text.append("|---|---|---|---|---|---|---|---|\n");
    for (Result result : results) {
      text.append(line(result));
    }
    return text.toString();
  }

  private static String line(Result r) {
    String peer =
        r.fastestPeer().map(p -> p.getKey() + " " + number(p.getValue(), r.unit())).orElse("–");
    Optional<Double> ratio = r.ratio();
    String shown = ratio.map(x -> String.format(Locale.ROOT, "%.2f", x)).orElse("–");
    boolean missed = ratio.isPresent() && ratio.get() < r.least();
    String limit =
        r.ceiling()
            .flatMap(least -> r.ours().map(ours -> Math.round(100 * least / ours) + " %"))
            .orElse("");
    String all =
        r.peers().entrySet().stream()
            .sorted(Map.Entry.comparingByValue())
            .map(p -> p.getKey() + " " + number(p.getValue(), r.unit()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "| %s | %d | %s | %s | %s | %s | %s | %s |%n",
        r.row(),
        r.threads(),
        r.ours().map(x -> number(x, r.unit())).orElse("–"),
        peer,
        missed ? "**" + shown + "**" : shown,
        r.least(),
        limit,
        all);
  }

  private static String number(double value, String unit) {
    if (unit.equals("KiB")) {
      return String.format(Locale.ROOT, "%.0f MiB", value / 1024);
    }
    if (value >= 1e4) {
      return String.format(Locale.ROOT, "%.1f ms", value / 1e3);
    }
    return String.format(Locale.ROOT, value >= 100 ? "%.0f µs" : "%.2f µs", value);
  }
}
