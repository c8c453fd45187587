package dev.weft.bench;

import dev.weft.engine.io.Json;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one command: measures every row on every engine that is there, and writes {@code
 * results/latest.json}, {@code latest.md} and {@code latest.png}.
 *
 * <p>Arguments: {@code quick} or {@code full}, then optionally a part of the rows' names; with it,
 * the table is printed and no file is written.
 *
 * <p>Each engine has processes of its own, one per round and number of threads, in turn: libraries
 * of two PyTorch versions do not fit into one, and load from elsewhere meets all of them alike.
 */
final class Report {

  private final Effort effort;
  private final String filter;
  private final Path folder;
  private final Path scratch;

  /** Microseconds (or KiB) per round, by engine and row. */
  private final Map<String, Map<String, List<Double>>> measured = new HashMap<>();

  private Report(Effort effort, String filter, Path folder) throws IOException {
    this.effort = effort;
    this.filter = filter;
    this.folder = folder;
    this.scratch = Files.createTempDirectory("weft-bench");
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Effort effort = Effort.named(args.length > 0 ? args[0] : "quick");
    String filter = args.length > 1 ? args[1] : "";
    new Report(effort, filter, Path.of("results")).run();
  }

  private void run() throws IOException, InterruptedException {
    List<String> engines = Engines.names();
    int most = Math.min(2, Runtime.getRuntime().availableProcessors());
    for (int round = 0; round < effort.rounds; round++) {
      for (int threads = 1; threads <= most; threads++) {
        for (String engine : engines) {
          measure(engine, threads);
        }
      }
      if (filter.isEmpty()) {
        for (String engine : engines) {
          start(engine, "mlp", Start.MLP);
          start(engine, "gpt", Start.GPT);
        }
      }
    }
    child(Measurements.class, 1, List.of(Measurements.CEILING, "1", effort.name(), ""))
        .forEach((name, micros) -> add(Measurements.CEILING, name, micros));
    write();
  }

  private void measure(String engine, int threads) throws IOException, InterruptedException {
    child(
            Measurements.class,
            threads,
            List.of(engine, Integer.toString(threads), effort.name(), filter))
        .forEach((row, micros) -> add(engine, key(row, threads), micros));
  }

  private void start(String engine, String model, String name)
      throws IOException, InterruptedException {
    child(Start.class, 1, List.of(engine, "1", model))
        .forEach((what, value) -> add(engine, name + " " + what, value));
  }

  private void add(String engine, String row, double value) {
    measured
        .computeIfAbsent(engine, _ -> new LinkedHashMap<>())
        .computeIfAbsent(row, _ -> new ArrayList<>())
        .add(value);
  }

  private static String key(String row, int threads) {
    return row + " / " + threads;
  }

  // ---------------------------------------------------------------------------------- processes

  /** Runs a class of ours in a JVM like this one and returns the numbers that it wrote. */
  private Map<String, Double> child(Class<?> main, int threads, List<String> arguments)
      throws IOException, InterruptedException {
    System.err.println(main.getSimpleName() + " " + String.join(" ", arguments));
    Path file = Files.createTempFile(scratch, "result", ".json");
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    // Peers' memory is released by hand, as ours is; their cleaners would only slow them down.
    command.add("-Dorg.bytedeco.javacpp.nopointergc=true");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    command.add(file.toString());
    var builder = new ProcessBuilder(command);
    File log = scratch.resolve("log.txt").toFile();
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    int status = builder.start().waitFor();
    if (status != 0) {
      throw new IllegalStateException(
          String.join(" ", arguments) + ": ended with status " + status + "; see " + log);
    }
    var results = new LinkedHashMap<String, Double>();
    if (Json.parse(Files.readString(file)) instanceof Json.Obj(var members)) {
      members.forEach((name, value) -> results.put(name, Double.valueOf(value.toString())));
    }
    return results;
  }

  // ------------------------------------------------------------------------------------- report

  private List<Result> results(Ceiling ceiling) {
    var results = new ArrayList<Result>();
    for (Row row : Row.all()) {
      if (row.name().contains(filter)) {
        double least = ceiling.micros(row.work(), row.threads());
        String key = key(row.name(), row.threads());
        results.add(result(row.name(), row.threads(), "us", key, Optional.of(least), row.least()));
      }
    }
    if (filter.isEmpty()) {
      for (String model : List.of(Start.MLP, Start.GPT)) {
        for (String what :
            List.of("1 after main", "1 after start", "10 after main", "10 after start")) {
          String row = model + ": step " + what;
          results.add(result(row, 1, "us", model + " " + what, Optional.empty(), 1));
        }
        String row = model + ": resident memory";
        results.add(result(row, 1, "KiB", model + " memory", Optional.empty(), 1));
      }
    }
    return results;
  }

  private Result result(
      String row, int threads, String unit, String key, Optional<Double> ceiling, double least) {
    var peers = new LinkedHashMap<String, Double>();
    for (String engine : Engines.names()) {
      median(engine, key).ifPresent(value -> peers.put(engine, value));
    }
    Optional<Double> ours = Optional.ofNullable(peers.remove(Engines.OURS));
    return new Result(row, threads, unit, ours, peers, ceiling, least);
  }

  private Optional<Double> median(String engine, String key) {
    return Optional.ofNullable(measured.getOrDefault(engine, Map.of()).get(key))
        .map(Measurements::median);
  }

  private void write() throws IOException {
    var limits = new HashMap<String, Double>();
    measured
        .getOrDefault(Measurements.CEILING, Map.of())
        .forEach((name, values) -> limits.put(name, Measurements.median(values)));
    Ceiling ceiling = Ceiling.of(limits);
    List<Result> results = results(ceiling);
    String text = Markdown.of(results, ceiling, effort);
    System.out.println(text);
    if (!filter.isEmpty()) {
      return;
    }
    Files.createDirectories(folder);
    var lines = results.stream().map(result -> "  " + result.json()).toList();
    Files.writeString(folder.resolve("latest.json"), "[\n" + String.join(",\n", lines) + "\n]\n");
    Files.writeString(folder.resolve("latest.md"), text);
    Chart.write(results, folder.resolve("latest.png"));
  }
}
