package dev.weft.fabric;

import dev.weft.fabric.accelerator.Accelerator;
import dev.weft.fabric.accelerator.DeviceRequest;
import dev.weft.fabric.checkpoint.CheckpointIO;
import dev.weft.fabric.launch.ClusterEnvironment;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.logger.Logger;
import dev.weft.fabric.precision.Precision;
import dev.weft.fabric.strategy.StrategyFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Settings of a {@link Fabric}. What is not set is decided by the command line or the environment
 * ({@code LT_ACCELERATOR}, {@code LT_STRATEGY}, {@code LT_DEVICES}, {@code LT_NUM_NODES}, {@code
 * LT_PRECISION}, which win over what is set here), else by what the machine has.
 *
 * {@snippet :
 * var fabric = Fabric.builder().devices(4).strategy("ddp").precision("bf16-mixed").build();
 * }
 *
 * <p>Names are checked by {@link #build}, where the whole configuration is known.
 */
public final class FabricBuilder {

  private static final Duration TIMEOUT = Duration.ofMinutes(30);

  Object accelerator = Configuration.AUTO;
  Object strategy = Configuration.AUTO;

  /** A request, or text that becomes one when the accelerator is known. */
  Object devices = Configuration.AUTO;

  int numNodes = 1;
  Optional<String> precision = Optional.empty();
  final List<Precision> precisions = new ArrayList<>();
  final List<CheckpointIO> checkpointIOs = new ArrayList<>();
  final List<ClusterEnvironment> clusterEnvironments = new ArrayList<>();
  final List<Object> callbacks = new ArrayList<>();
  final List<Logger> loggers = new ArrayList<>();
  Duration timeout = TIMEOUT;
  Optional<Environment> environment = Optional.empty();

  FabricBuilder() {}

  /** The kind of device: {@code cpu}, {@code cuda}, {@code gpu}, {@code auto} (default). */
  public FabricBuilder accelerator(String name) {
    accelerator = name;
    return this;
  }

  /** A kind of device of the user's. */
  public FabricBuilder accelerator(Accelerator custom) {
    accelerator = custom;
    return this;
  }

  /**
   * How a model is spread: {@code ddp} (ranks are processes), {@code ddp_spawn}, {@code ddp_fork}
   * or {@code ddp_notebook} (ranks are threads of this JVM), {@code
   * ddp_find_unused_parameters_true}, {@code auto} (default: {@code ddp} for several devices or
   * nodes).
   */
  public FabricBuilder strategy(String name) {
    strategy = name;
    return this;
  }

  /** A strategy with settings, such as {@link dev.weft.fabric.strategy.DdpOptions}. */
  public FabricBuilder strategy(StrategyFactory custom) {
    strategy = custom;
    return this;
  }

  /** How many devices of each node are used, each by a rank of its own; −1 for all GPUs. */
  public FabricBuilder devices(int count) {
    devices = new DeviceRequest.Count(count);
    return this;
  }

  /**
   * The same as text: {@code "auto"}, {@code "2"}, {@code "-1"}, or GPUs by number {@code "0,2"}.
   */
  public FabricBuilder devices(String text) {
    devices = text;
    return this;
  }

  /** The GPUs with these numbers. */
  public FabricBuilder devices(List<Integer> indices) {
    devices = new DeviceRequest.Indices(indices);
    return this;
  }

  /** How many machines take part; the program is started once on each. */
  public FabricBuilder numNodes(int count) {
    numNodes = count;
    return this;
  }

  /**
   * Number formats: {@code 32-true} (default), {@code 64-true}, {@code 16-true}, {@code bf16-true},
   * {@code 16-mixed}, {@code bf16-mixed}.
   */
  public FabricBuilder precision(String name) {
    precision = Optional.of(name);
    return this;
  }

  /** The same by number of bits: 64, 32 or 16. */
  public FabricBuilder precision(int bits) {
    return precision(Integer.toString(bits));
  }

  /** Parts that replace this library's: at most one of each kind. */
  public FabricBuilder plugin(Precision custom) {
    precisions.add(custom);
    return this;
  }

  /** Another way to write checkpoints. */
  public FabricBuilder plugin(CheckpointIO custom) {
    checkpointIOs.add(custom);
    return this;
  }

  /** Another way to find out who this process is. */
  public FabricBuilder plugin(ClusterEnvironment custom) {
    clusterEnvironments.add(custom);
    return this;
  }

  /** Objects whose methods {@link Fabric#call} calls; see {@link Callback}. */
  public FabricBuilder callbacks(Object... more) {
    callbacks.addAll(List.of(more));
    return this;
  }

  /** What takes the metrics of {@link Fabric#log}. */
  public FabricBuilder loggers(Logger... more) {
    return loggers(List.of(more));
  }

  /** What takes the metrics of {@link Fabric#log}. */
  public FabricBuilder loggers(Collection<? extends Logger> more) {
    loggers.addAll(more);
    return this;
  }

  /**
   * How long a collective may take before it fails with the name of the missing rank; 30 minutes.
   */
  public FabricBuilder timeout(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new ConfigurationException("timeout=" + limit + " must be above 0");
    }
    timeout = limit;
    return this;
  }

  /** The variables to read instead of those of the process; for tests, and for embedding. */
  public FabricBuilder environment(Environment variables) {
    environment = Optional.of(variables);
    return this;
  }

  /**
   * Checks the settings against each other and against this machine.
   *
   * @throws ConfigurationException naming the first setting that cannot be used, and what can
   */
  public Fabric build() {
    return new Fabric(Configuration.resolve(this));
  }
}
