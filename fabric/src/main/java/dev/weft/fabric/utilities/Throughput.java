package dev.weft.fabric.utilities;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How much a training run gets through per second, over a moving window of updates: batches,
 * samples, items (such as tokens), floating-point operations, and the share of the device's peak
 * that these are (model FLOPs utilisation).
 *
 * {@snippet :
 * var throughput = Throughput.of(fabric.worldSize()).windowSize(50);
 * throughput.update(Update.of(seconds, batches, samples));
 * Map<String, Number> metrics = throughput.compute();
 * }
 *
 * <p>Totals since the start go in; rates come out. Confined to one thread. Source: Lightning
 * Fabric's Throughput, whose names of metrics it shares.
 */
public final class Throughput {

  private static final int WINDOW = 100;

  /**
   * Totals since the start, and the operations since the last update.
   *
   * @param seconds time
   * @param batches batches that this rank has seen
   * @param samples samples that this rank has seen
   * @param lengths items in these samples, such as tokens
   * @param flops floating-point operations of this rank since the last update
   */
  public record Update(
      double seconds, long batches, long samples, OptionalLong lengths, OptionalLong flops) {

    /** Without items and operations. */
    public static Update of(double seconds, long batches, long samples) {
      return new Update(seconds, batches, samples, OptionalLong.empty(), OptionalLong.empty());
    }

    /** With items. */
    public Update lengths(long total) {
      return new Update(seconds, batches, samples, OptionalLong.of(total), flops);
    }

    /** With operations. */
    public Update flops(long sinceLast) {
      return new Update(seconds, batches, samples, lengths, OptionalLong.of(sinceLast));
    }
  }

  private final int worldSize;
  private final int windowSize;
  private final String separator;
  private final OptionalDouble availableFlops;
  private final Deque<Update> updates = new ArrayDeque<>();
  private final Deque<Long> flops = new ArrayDeque<>();

  /** Whether each update so far had items. */
  private int lengthsSeen;

  private Throughput(
      int worldSize, int windowSize, String separator, OptionalDouble availableFlops) {
    if (worldSize < 1) {
      throw new IllegalArgumentException(
          "Throughput: worldSize=" + worldSize + " must be positive");
    }
    if (windowSize < 2) {
      throw new IllegalArgumentException(
          "Throughput: windowSize=" + windowSize + " must be 2 or more");
    }
    this.worldSize = worldSize;
    this.windowSize = windowSize;
    this.separator = separator;
    this.availableFlops = availableFlops;
  }

  /** Over 100 updates, of so many ranks. */
  public static Throughput of(int worldSize) {
    return new Throughput(worldSize, WINDOW, "/", OptionalDouble.empty());
  }

  /** An empty one over so many updates. */
  public Throughput windowSize(int updates) {
    return new Throughput(worldSize, updates, separator, availableFlops);
  }

  /** An empty one with another text between {@code device} and the name of a metric. */
  public Throughput separator(String text) {
    return new Throughput(worldSize, windowSize, text, availableFlops);
  }

  /** An empty one that knows the device's peak in operations per second. */
  public Throughput availableFlops(double perSecond) {
    return new Throughput(worldSize, windowSize, separator, OptionalDouble.of(perSecond));
  }

  /** {@link #sparse(double)} with the factor 2 of NVIDIA's structured sparsity. */
  public Throughput sparse() {
    return sparse(2);
  }

  /**
   * An empty one of a model whose weights are sparse, so that the device's peak is {@code factor}
   * times as high. Call it after {@link #availableFlops}.
   */
  public Throughput sparse(double factor) {
    if (!(factor >= 1)) {
      throw new IllegalArgumentException(
          "Throughput.sparse: factor=" + factor + " must be 1 or more");
    }
    if (availableFlops.isEmpty()) {
      throw new IllegalStateException(
          "Throughput.sparse: the device's peak is not known; call availableFlops first");
    }
    return availableFlops(availableFlops.getAsDouble() * factor);
  }

  /**
   * Takes new totals.
   *
   * @throws IllegalArgumentException when a total does not grow, or there are fewer samples than
   *     batches or fewer items than samples; then nothing is taken
   */
  public void update(Update next) {
    if (!updates.isEmpty()) {
      Update last = updates.getLast();
      requireGrows("time", last.seconds(), next.seconds());
      requireGrows("batches", last.batches(), next.batches());
      requireGrows("samples", last.samples(), next.samples());
      if (last.lengths().isPresent() && next.lengths().isPresent()) {
        requireGrows("lengths", last.lengths().getAsLong(), next.lengths().getAsLong());
      }
    }
    if (next.samples() < next.batches()) {
      throw new IllegalArgumentException(
          "Throughput.update: samples="
              + next.samples()
              + " are fewer than batches="
              + next.batches());
    }
    if (next.lengths().isPresent()) {
      if (next.lengths().getAsLong() < next.samples()) {
        throw new IllegalArgumentException(
            "Throughput.update: lengths="
                + next.lengths().getAsLong()
                + " are fewer than samples="
                + next.samples());
      }
      if (lengthsSeen != updates.size()) {
        throw new IllegalStateException(
            "Throughput.update: lengths are given now, but were not in all updates before; give"
                + " them always or never");
      }
    }
    updates.addLast(next);
    lengthsSeen += next.lengths().isPresent() ? 1 : 0;
    if (updates.size() > windowSize) {
      lengthsSeen -= updates.removeFirst().lengths().isPresent() ? 1 : 0;
    }
    next.flops().ifPresent(count -> flops.addLast(Math.multiplyExact(count, worldSize)));
    if (flops.size() > windowSize) {
      flops.removeFirst();
    }
  }

  private static void requireGrows(String name, double last, double next) {
    if (!(next > last)) {
      throw new IllegalArgumentException(
          "Throughput.update: "
              + name
              + "="
              + next
              + " must be above the last value, "
              + last
              + "; pass totals since the start");
    }
  }

  /**
   * The last totals ({@code time}, {@code batches}, {@code samples}, {@code lengths}), and rates
   * once the window is full.
   *
   * @throws IllegalStateException before the first update
   */
  public Map<String, Number> compute() {
    if (updates.isEmpty()) {
      throw new IllegalStateException("Throughput.compute: call update first");
    }
    Update first = updates.getFirst();
    Update last = updates.getLast();
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("time", last.seconds());
    metrics.put("batches", last.batches());
    metrics.put("samples", last.samples());
    last.lengths().ifPresent(lengths -> metrics.put("lengths", lengths));
    if (updates.size() < windowSize) {
      return metrics;
    }
    double seconds = last.seconds() - first.seconds();
    rate(metrics, "batches_per_sec", (last.batches() - first.batches()) / seconds);
    rate(metrics, "samples_per_sec", (last.samples() - first.samples()) / seconds);
    if (lengthsSeen == windowSize) {
      long items = last.lengths().orElseThrow() - first.lengths().orElseThrow();
      rate(metrics, "items_per_sec", items / seconds);
    }
    if (flops.size() == windowSize) {
      double all = flops.stream().mapToDouble(Long::doubleValue).sum() - flops.getFirst();
      double perDevice = all / seconds / worldSize;
      rate(metrics, "flops_per_sec", perDevice);
      availableFlops.ifPresent(peak -> metrics.put(device("mfu"), perDevice / peak));
    }
    return metrics;
  }

  private String device(String name) {
    return "device" + separator + name;
  }

  private void rate(Map<String, Number> metrics, String name, double perDevice) {
    metrics.put(device(name), perDevice);
    if (worldSize > 1) {
      metrics.put(name, perDevice * worldSize);
    }
  }

  /** Forgets everything. */
  public void reset() {
    updates.clear();
    flops.clear();
    lengthsSeen = 0;
  }
}
