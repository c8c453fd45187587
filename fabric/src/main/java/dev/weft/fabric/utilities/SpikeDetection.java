package dev.weft.fabric.utilities;

import dev.weft.engine.Tensor;
import dev.weft.fabric.Fabric;
import dev.weft.fabric.comm.ReduceOp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * Stops a run whose loss jumps: a callback with the hook {@code onTrainBatchEnd(fabric, loss,
 * batch, batchIndex)}. A loss is a spike when it is worse than the last one and differs from the
 * mean of the last {@code window} losses by at least {@code atol} and by at least {@code rtol}
 * times that mean; or when it is not finite, unless that was allowed. A spike on one rank is one on
 * all.
 *
 * <p>The numbers of the batch and of the one before are added to a JSON list, so that they can be
 * left out the next time, and {@link TrainingSpikeException} is thrown on every rank.
 *
 * {@snippet :
 * var fabric = Fabric.builder().callbacks(SpikeDetection.builder().window(20).build()).build();
 * fabric.call("onTrainBatchEnd", fabric, loss, batch, index);
 * }
 */
public final class SpikeDetection {

  /** Whether small or large values are good. */
  public enum Mode {
    MIN,
    MAX
  }

  private static final String FILE = "skip_batches.json";

  private final Builder settings;
  private final Path badBatchesFile;
  private final Deque<Double> losses = new ArrayDeque<>();
  private final List<Long> badBatches = new ArrayList<>();
  private double last;

  private SpikeDetection(Builder settings) {
    this.settings = settings;
    Path path = settings.excludeBatchesPath.orElse(Path.of(""));
    this.badBatchesFile = path.toString().endsWith(".json") ? path : path.resolve(FILE);
  }

  /** Starts to describe one; defaults are those of Lightning. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Looks at the loss of a batch. Every rank calls it.
   *
   * @throws TrainingSpikeException on all ranks, when it is a spike on one
   */
  public void onTrainBatchEnd(Fabric fabric, Tensor loss, Object batch, int batchIndex) {
    double value = loss.item();
    boolean spike = batchIndex >= settings.warmup && isSpike(value);
    Tensor flags = Tensor.of(spike ? 1L : 0L, Double.isFinite(value) ? 0L : 1L);
    fabric.allReduce(flags, ReduceOp.MAX);
    if (flags.getLong(0) == 1) {
      badBatches.add(batchIndex - 1L);
      badBatches.add((long) batchIndex);
      if (fabric.isGlobalZero()) {
        write();
      }
      throw new TrainingSpikeException(batchIndex, value, fabric.globalRank());
    }
    if (settings.finiteOnly || flags.getLong(1) == 0) {
      losses.addLast(value);
      if (losses.size() > settings.window) {
        losses.removeFirst();
      }
      last = value;
    }
  }

  private boolean isSpike(double value) {
    if (settings.finiteOnly && !Double.isFinite(value)) {
      return true;
    }
    double change = value - last;
    if (settings.mode == Mode.MIN ? change <= 0 : change >= 0) {
      return false;
    }
    double mean = losses.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    double distance = Math.abs(value - mean);
    return (settings.atol.isEmpty() || distance >= Math.abs(settings.atol.getAsDouble()))
        && (settings.rtol.isEmpty() || distance >= Math.abs(settings.rtol.getAsDouble() * mean));
  }

  private void write() {
    String json =
        badBatches.stream()
            .map(batch -> "    " + batch)
            .collect(Collectors.joining(",\n", "[\n", "\n]"));
    try {
      Path folder = badBatchesFile.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(badBatchesFile, json);
    } catch (IOException e) {
      throw new UncheckedIOException("SpikeDetection: cannot write " + badBatchesFile, e);
    }
  }

  /** What it has seen. */
  public Map<String, Object> stateDict() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("last", last);
    state.put("losses", List.copyOf(losses));
    state.put("bad_batches", List.copyOf(badBatches));
    return state;
  }

  /** Goes on from what {@link #stateDict} returned. */
  public void loadStateDict(Map<String, ?> state) {
    if (!(state.get("last") instanceof Number lastLoss)
        || !(state.get("losses") instanceof List<?> seen)
        || !(state.get("bad_batches") instanceof List<?> bad)) {
      throw new IllegalArgumentException(
          "SpikeDetection.loadStateDict: it needs last, losses and bad_batches; nothing was"
              + " loaded");
    }
    losses.clear();
    badBatches.clear();
    last = lastLoss.doubleValue();
    seen.forEach(loss -> losses.add(((Number) loss).doubleValue()));
    bad.forEach(batch -> badBatches.add(((Number) batch).longValue()));
  }

  /** Describes one. */
  public static final class Builder {

    private Mode mode = Mode.MIN;
    private int window = 10;
    private int warmup = 1;
    private OptionalDouble atol = OptionalDouble.empty();
    private OptionalDouble rtol = OptionalDouble.of(2);
    private Optional<Path> excludeBatchesPath = Optional.empty();
    private boolean finiteOnly = true;

    private Builder() {}

    /** Whether small values are good (default) or large ones. */
    public Builder mode(Mode better) {
      mode = better;
      return this;
    }

    /** How many losses the mean is taken over; 10. */
    public Builder window(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("SpikeDetection: window=" + count + " must be positive");
      }
      window = count;
      return this;
    }

    /** The first batch that is looked at; 1. */
    public Builder warmup(int batches) {
      warmup = batches;
      return this;
    }

    /** How far from the mean a spike must be; no matter unless set. */
    public Builder atol(double distance) {
      atol = OptionalDouble.of(distance);
      return this;
    }

    /** How far from the mean a spike must be, as a multiple of it; 2. */
    public Builder rtol(double factor) {
      rtol = OptionalDouble.of(factor);
      return this;
    }

    /** Lets only {@link #atol} decide. */
    public Builder withoutRtol() {
      rtol = OptionalDouble.empty();
      return this;
    }

    /** The file of batches to leave out, or its folder; the working directory unless set. */
    public Builder excludeBatchesPath(Path path) {
      excludeBatchesPath = Optional.of(path);
      return this;
    }

    /** Whether losses that are NaN or infinite are spikes, the default. */
    public Builder finiteOnly(boolean only) {
      finiteOnly = only;
      return this;
    }

    public SpikeDetection build() {
      return new SpikeDetection(this);
    }
  }
}
