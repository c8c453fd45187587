package dev.weft.bench;

import dev.weft.engine.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * A process of the report: measures all rows of one engine, one after the other. Rows share the
 * process on purpose. A loop that has only ever seen one op looks faster than it is in a program.
 *
 * <p>Arguments: engine, threads, effort, part of the rows' names, file for the results. The engine
 * {@code ceiling} measures the machine.
 */
final class Measurements {

  static final String CEILING = "ceiling";

  private Measurements() {}

  public static void main(String[] args) throws RunnerException, IOException {
    String engine = args[0];
    int threads = Integer.parseInt(args[1]);
    Effort effort = Effort.named(args[2]);
    Map<String, Double> results =
        engine.equals(CEILING) ? ceiling(effort) : rows(engine, threads, effort, args[3]);
    var members = new TreeMap<String, Json>();
    results.forEach((name, micros) -> members.put(name, Json.of(micros)));
    Files.writeString(Path.of(args[4]), new Json.Obj(members).toString());
  }

  private static Map<String, Double> ceiling(Effort effort) throws RunnerException {
    return medians(
        new Runner(
                options(effort)
                    .include(CeilingBench.class.getName())
                    .warmupTime(TimeValue.seconds(1))
                    .build())
            .run(),
        "bytes");
  }

  private static Map<String, Double> rows(String engine, int threads, Effort effort, String filter)
      throws RunnerException {
    Engine named = Engines.named(engine);
    var names = new ArrayList<String>();
    for (Row row : Row.all()) {
      if (row.threads() == threads && row.name().contains(filter) && named.has(row.work())) {
        names.add(row.name());
        Tasks.of(engine, threads, row.name());
      }
    }
    if (names.isEmpty()) {
      return Map.of();
    }
    Tasks.warmUp();
    var options =
        options(effort)
            .include(RowBench.class.getName())
            .param("engine", engine)
            .param("threads", Integer.toString(threads))
            .param("row", names.toArray(String[]::new))
            .build();
    return medians(new Runner(options).run(), "row");
  }

  /** No fork of JMH's own: this process is one already, and is to see all rows. */
  private static ChainedOptionsBuilder options(Effort effort) {
    return new OptionsBuilder()
        .forks(0)
        .warmupIterations(effort.warmups)
        .warmupTime(TimeValue.milliseconds(effort.warmup))
        .measurementIterations(effort.times)
        .measurementTime(TimeValue.milliseconds(effort.time))
        .shouldFailOnError(true);
  }

  /** Microseconds by the value of a parameter; where there are several methods, behind theirs. */
  private static Map<String, Double> medians(Collection<RunResult> results, String parameter) {
    var medians = new TreeMap<String, Double>();
    for (RunResult result : results) {
      double[] scores =
          result.getBenchmarkResults().stream()
              .flatMap(run -> run.getIterationResults().stream())
              .map(IterationResult::getPrimaryResult)
              .mapToDouble(primary -> primary.getScore())
              .toArray();
      String name = result.getParams().getParam(parameter);
      String method = result.getPrimaryResult().getLabel();
      medians.put(method.equals("run") ? name : method + " " + name, median(scores));
    }
    return medians;
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
