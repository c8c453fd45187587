package dev.weft.fabric;

import dev.weft.engine.Device;
import dev.weft.fabric.accelerator.Accelerator;
import dev.weft.fabric.accelerator.Accelerators;
import dev.weft.fabric.accelerator.DeviceRequest;
import dev.weft.fabric.checkpoint.CheckpointIO;
import dev.weft.fabric.checkpoint.TorchCheckpointIO;
import dev.weft.fabric.launch.ClusterEnvironment;
import dev.weft.fabric.launch.ClusterEnvironments;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.Launcher;
import dev.weft.fabric.launch.Lifeline;
import dev.weft.fabric.launch.ProcessLauncher;
import dev.weft.fabric.launch.RankStart;
import dev.weft.fabric.launch.Ranks;
import dev.weft.fabric.launch.ThreadLauncher;
import dev.weft.fabric.logger.Logger;
import dev.weft.fabric.precision.Precision;
import dev.weft.fabric.precision.Precisions;
import dev.weft.fabric.strategy.SingleDeviceStrategy;
import dev.weft.fabric.strategy.Strategies;
import dev.weft.fabric.strategy.StrategyFactory;
import dev.weft.fabric.text.Notices;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of a {@link Fabric}, all decided. Immutable.
 *
 * @param devices those of this machine's ranks, in their order
 */
record Configuration(
    Accelerator accelerator,
    List<Device> devices,
    int numNodes,
    StrategyFactory strategy,
    Precision precision,
    ClusterEnvironment cluster,
    CheckpointIO checkpointIO,
    Callbacks callbacks,
    List<Logger> loggers,
    Duration timeout,
    Environment environment) {

  static final String AUTO = "auto";
  private static final String CLI_USED = "LT_CLI_USED";

  /** In the order of checks that users of Lightning know; the first error wins. */
  static Configuration resolve(FabricBuilder builder) {
    Environment environment = builder.environment.orElseGet(Environment::current);
    Lifeline.watch(environment);
    var overrides = new Overrides(environment);
    Object accelerator = overrides.choose("accelerator", builder.accelerator, AUTO);
    Object strategy = overrides.choose("strategy", builder.strategy, AUTO);
    Object devices = devices(overrides, builder.devices);
    int numNodes = numNodes(overrides, builder.numNodes);
    Optional<String> precision = precision(overrides, builder.precision);

    if (strategy instanceof String name && !isDp(name)) {
      strategy = Strategies.requireKnown(name);
    }
    if (accelerator instanceof String name) {
      Accelerators.requireKnown(name);
    }
    Optional<String> precisionName = precision.map(Precisions::unified);
    requireOneOfEachKind(builder);
    if (precisionName.isPresent() && !builder.precisions.isEmpty()) {
      throw new ConfigurationException(
          "precision '"
              + precisionName.get()
              + "' and the plugin '"
              + builder.precisions.getFirst().name()
              + "' were both given; choose one of them");
    }
    if (numNodes < 1) {
      throw new ConfigurationException("numNodes=" + numNodes + " must be 1 or more");
    }
    requireSome(devices, accelerator instanceof Accelerator custom ? custom.name() : accelerator);
    Accelerator device =
        accelerator instanceof Accelerator custom
            ? Accelerators.requireAvailable(custom)
            : Accelerators.of((String) accelerator);
    DeviceRequest request = request(devices);
    requireSome(request, device.name());
    List<Device> own = device.devices(request);
    ClusterEnvironment cluster =
        builder.clusterEnvironments.isEmpty()
            ? ClusterEnvironments.detect(environment)
            : builder.clusterEnvironments.getFirst();
    StrategyFactory factory =
        strategy instanceof StrategyFactory custom
            ? custom
            : strategy((String) strategy, device.name(), own.size(), numNodes);
    requireFits(factory, own, numNodes);
    Precision plugin =
        builder.precisions.isEmpty()
            ? Precisions.of(precisionName.orElse("32-true"), device.name().equals("cpu"))
            : builder.precisions.getFirst();
    var callbacks =
        Stream.concat(builder.callbacks.stream(), Callbacks.ofServices().stream()).toList();
    return new Configuration(
        device,
        own,
        numNodes,
        factory,
        plugin,
        cluster,
        builder.checkpointIOs.isEmpty()
            ? new TorchCheckpointIO()
            : builder.checkpointIOs.getFirst(),
        new Callbacks(callbacks),
        List.copyOf(builder.loggers),
        factory.timeout().orElse(builder.timeout),
        environment);
  }

  // -------------------------------------------------------------------- what the environment says

  /** Variables of the command line, which win over the program's own settings. */
  private record Overrides(Environment environment) {

    Optional<String> of(String setting) {
      return environment.get("LT_" + setting.toUpperCase(Locale.ROOT));
    }

    /** Under the command line, a setting in the program that says otherwise is an error. */
    void requireAgrees(String setting, Object given, Object byDefault, String override) {
      boolean cli = environment.getInt(CLI_USED).orElse(0) != 0;
      String text = given.toString();
      if (cli && !text.equals(override) && !text.equals(byDefault.toString())) {
        throw new ConfigurationException(
            setting
                + "='"
                + text
                + "' is set in the program and '"
                + override
                + "' on the command line; remove one of them");
      }
    }

    Object choose(String setting, Object given, Object byDefault) {
      Optional<String> override = of(setting);
      override.ifPresent(value -> requireAgrees(setting, given, byDefault, value));
      return override.<Object>map(value -> value).orElse(given);
    }
  }

  /** Text is read only when it is known whose devices it counts. */
  private static Object devices(Overrides overrides, Object given) {
    Optional<String> override = overrides.of("devices");
    if (override.isEmpty()) {
      return given;
    }
    boolean sameList =
        given instanceof DeviceRequest.Indices list
            && override.get().contains(",")
            && list.equals(DeviceRequest.of(override.get()));
    if (!sameList) {
      overrides.requireAgrees("devices", given, AUTO, override.get());
    }
    return override.get();
  }

  private static DeviceRequest request(Object devices) {
    return devices instanceof DeviceRequest request ? request : DeviceRequest.of((String) devices);
  }

  private static int numNodes(Overrides overrides, int given) {
    Optional<String> override = overrides.of("num_nodes");
    if (override.isEmpty()) {
      return given;
    }
    overrides.requireAgrees("numNodes", given, 1, override.get());
    return overrides.environment().requireInt("LT_NUM_NODES");
  }

  private static Optional<String> precision(Overrides overrides, Optional<String> given) {
    Optional<String> override = overrides.of("precision");
    override.ifPresent(
        value -> overrides.requireAgrees("precision", given.orElse("None"), "None", value));
    return override.or(() -> given);
  }

  // -------------------------------------------------------------------- checks

  private static boolean isDp(String name) {
    return name.toLowerCase(Locale.ROOT).equals("dp");
  }

  private static void requireOneOfEachKind(FabricBuilder builder) {
    var twice =
        Stream.of(
                builder.precisions.size() > 1 ? "Precision" : "",
                builder.checkpointIOs.size() > 1 ? "CheckpointIO" : "",
                builder.clusterEnvironments.size() > 1 ? "ClusterEnvironment" : "")
            .filter(name -> !name.isEmpty())
            .collect(Collectors.joining(", "));
    if (!twice.isEmpty()) {
      throw new ConfigurationException(
          "plugins: more than one " + twice + " was given; give at most one of each kind");
    }
  }

  private static void requireSome(Object devices, Object accelerator) {
    boolean none =
        devices instanceof DeviceRequest request ? request.isEmpty() : devices.equals("0");
    if (none) {
      throw new ConfigurationException(
          "devices="
              + devices
              + " with accelerator '"
              + accelerator
              + "': at least one device is needed; write devices=1 or more, or 'auto'");
    }
  }

  private static StrategyFactory strategy(
      String name, String accelerator, int devices, int numNodes) {
    if (isDp(name) && accelerator.equals("cpu")) {
      Notices.warn("strategy 'dp' is for GPUs; on the CPU 'ddp' is used");
      return Strategies.of("ddp");
    }
    if (!name.equals(AUTO)) {
      return Strategies.of(name);
    }
    if (devices == 1 && numNodes == 1) {
      return SingleDeviceStrategy.factory();
    }
    return Strategies.of(numNodes == 1 && isInteractive() ? "ddp_notebook" : "ddp");
  }

  /** Whether jshell runs us: its snippets are classes of a package named REPL. */
  private static boolean isInteractive() {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getClassName().startsWith("REPL.")));
  }

  private static void requireFits(StrategyFactory strategy, List<Device> devices, int numNodes) {
    String asked = "devices=" + devices.size() + " and numNodes=" + numNodes;
    if (strategy.start() == RankStart.IN_PLACE && devices.size() * numNodes > 1) {
      throw new ConfigurationException(
          "strategy '"
              + strategy.name()
              + "' has one rank, but "
              + asked
              + " ask for more;"
              + " choose 'ddp'");
    }
    if (strategy.start() == RankStart.THREADS && numNodes > 1) {
      throw new ConfigurationException(
          "strategy '"
              + strategy.name()
              + "': its ranks are threads of one JVM, but "
              + asked
              + " ask for several machines; choose 'ddp'");
    }
    if (strategy.start() == RankStart.PROCESSES && isInteractive()) {
      throw new ConfigurationException(
          "strategy '"
              + strategy.name()
              + "' starts this program again for each rank, which"
              + " jshell cannot; choose 'ddp_notebook'");
    }
  }

  // -------------------------------------------------------------------- what follows from it

  /** Which rank this process is before it is launched. */
  Ranks ranks() {
    return switch (strategy.start()) {
      case IN_PLACE -> Ranks.SINGLE;
      case PROCESSES -> cluster.ranks(devices.size(), numNodes);
      case THREADS -> new Ranks(0, 0, 0, devices.size());
    };
  }

  /** What starts the ranks; empty when the only one is there. */
  Optional<Launcher> launcher() {
    return switch (strategy.start()) {
      case IN_PLACE -> Optional.empty();
      case PROCESSES ->
          Optional.of(new ProcessLauncher(cluster, devices.size(), numNodes, timeout, environment));
      case THREADS -> Optional.of(new ThreadLauncher(devices.size(), timeout, environment));
    };
  }
}
