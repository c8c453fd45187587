package dev.weft.fabric;

import dev.weft.engine.Context;
import dev.weft.engine.Device;
import dev.weft.engine.Nested;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.fabric.accelerator.Accelerator;
import dev.weft.fabric.checkpoint.Checkpoints;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.data.DataLoader;
import dev.weft.fabric.data.WorkerInfo;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.Launcher;
import dev.weft.fabric.launch.RankContext;
import dev.weft.fabric.launch.Ranks;
import dev.weft.fabric.logger.Logger;
import dev.weft.fabric.progress.ProgressBar;
import dev.weft.fabric.strategy.BackwardOptions;
import dev.weft.fabric.strategy.ParallelStrategy;
import dev.weft.fabric.strategy.Seat;
import dev.weft.fabric.strategy.Strategy;
import dev.weft.fabric.text.StatusLine;
import dev.weft.nn.Init;
import dev.weft.nn.Module;
import dev.weft.optim.Optimizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains the same program on one device or on many: it launches ranks, places models, optimizers
 * and data on them, and leaves the training loop to its user.
 *
 * {@snippet :
 * void main() {
 *   Fabric.builder().devices(2).precision("bf16-mixed").build().launch(this::train);
 * }
 *
 * void train(Fabric fabric) {
 *   fabric.seedEverything(42);
 *   var model = new Linear(64, 10);
 *   var optimizer = new AdamW(model.parameters(), 1e-3);
 *   fabric.setup(model, optimizer);
 *   for (var batch : fabric.setupDataLoader(loader)) {
 *     optimizer.zeroGrad();
 *     fabric.backward(Functional.crossEntropy(model.apply(batch.image()), batch.label()));
 *     optimizer.step();
 *   }
 * }
 * }
 *
 * <p>Models and optimizers are set up in place, so they keep their types. Everything but the
 * properties belongs to the thread of its rank.
 *
 * <p>Source: the interface of PyTorch Lightning's Fabric, member by member.
 */
public final class Fabric {

  private final Configuration configuration;
  private Environment environment;
  private Strategy strategy;
  private SetUp setUp;
  private boolean launched;

  Fabric(Configuration configuration) {
    this.configuration = configuration;
    this.environment = configuration.environment();
    this.strategy = strategy(configuration.ranks(), Optional.empty());
    this.setUp = new SetUp(strategy, configuration.callbacks());
  }

  /** Starts to describe one. */
  public static FabricBuilder builder() {
    return new FabricBuilder();
  }

  private Strategy strategy(Ranks ranks, Optional<Communicator> communicator) {
    Device device = configuration.devices().get(ranks.localRank());
    return configuration
        .strategy()
        .create(new Seat(ranks, device, configuration.precision().forRank(), communicator));
  }

  private Fabric bind(RankContext rank) {
    environment = rank.environment();
    strategy = strategy(rank.ranks(), Optional.of(rank.communicator()));
    setUp = new SetUp(strategy, configuration.callbacks());
    launched = true;
    configuration.accelerator().setupDevice(device());
    return this;
  }

  // ------------------------------------------------------------------------------- properties

  /** The kind of device. */
  public Accelerator accelerator() {
    return configuration.accelerator();
  }

  /** How the model is spread over ranks. */
  public Strategy strategy() {
    return strategy;
  }

  /** The device that this rank drives. */
  public Device device() {
    return strategy.rootDevice();
  }

  /** Which rank this is, of all. */
  public int globalRank() {
    return strategy.ranks().globalRank();
  }

  /** Which rank this is, of those on this machine. */
  public int localRank() {
    return strategy.ranks().localRank();
  }

  /** Which machine this is. */
  public int nodeRank() {
    return strategy.ranks().nodeRank();
  }

  /** How many ranks there are. */
  public int worldSize() {
    return strategy.ranks().worldSize();
  }

  /** Whether this is rank 0 of all. */
  public boolean isGlobalZero() {
    return strategy.ranks().isGlobalZero();
  }

  /** What takes the metrics, in the order in which they were given. */
  public List<Logger> loggers() {
    return configuration.loggers();
  }

  /**
   * The first of the loggers.
   *
   * @throws IllegalStateException when there is none
   */
  public Logger logger() {
    if (loggers().isEmpty()) {
      throw new IllegalStateException(
          "logger: no logger was given; pass one to Fabric.builder().loggers(…)");
    }
    return loggers().getFirst();
  }

  /** The user's callbacks, and those of services. */
  public List<Object> callbacks() {
    return configuration.callbacks().objects();
  }

  // ------------------------------------------------------------------------------- launching

  /**
   * Runs {@code action} on every rank and returns when all have finished. Ranks that are processes
   * run the whole program again and meet here; ranks that are threads start here. Loggers are
   * finalised at the end.
   *
   * @throws dev.weft.fabric.launch.RankFailedException naming the rank that failed first
   */
  public void launch(RankAction action) {
    start(
        fabric -> {
          action.run(fabric);
          return true;
        });
  }

  /**
   * As {@link #launch(RankAction)}; returns what {@code function} gave on this machine's rank 0.
   */
  public <R> R launchAndReturn(RankFunction<R> function) {
    return start(function);
  }

  /**
   * Makes this process a rank until it ends, for programs that are written from top to bottom. A
   * second call does nothing.
   *
   * @throws UnsupportedOperationException when ranks are threads, which need a function to run
   */
  public void launch() {
    if (launched) {
      return;
    }
    Optional<Launcher> launcher = configuration.launcher();
    if (launcher.isPresent()) {
      bind(launcher.get().join());
    } else {
      configuration.accelerator().setupDevice(device());
      launched = true;
    }
  }

  private <R> R start(RankFunction<R> function) {
    return switch (configuration.strategy().start()) {
      case IN_PLACE -> {
        launch();
        yield RankZero.where(0).call(() -> inPlace(function));
      }
      case PROCESSES -> launcher().launch(rank -> bind(rank).asRank(function));
      case THREADS ->
          launcher().launch(rank -> new Fabric(configuration).bind(rank).asRank(function));
    };
  }

  private Launcher launcher() {
    return configuration.launcher().orElseThrow();
  }

  private <R> R inPlace(RankFunction<R> function) {
    try (Scope _ = environment.enter()) {
      return finishing(function);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("launch: " + e, e);
    }
  }

  private <R> R asRank(RankFunction<R> function) throws Exception {
    try {
      return finishing(function);
    } finally {
      strategy.teardown();
    }
  }

  /** What loggers hold back is written, however it ends. */
  private <R> R finishing(RankFunction<R> function) throws Exception {
    R result;
    try {
      result = function.call(this);
    } catch (Throwable e) {
      try {
        loggers().forEach(logger -> logger.finalize("failed"));
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
    loggers().forEach(logger -> logger.finalize("success"));
    return result;
  }

  private void requireLaunched(String method) {
    if (!launched && strategy.needsLaunch()) {
      throw new IllegalStateException(
          method
              + ": strategy '"
              + strategy.name()
              + "' has "
              + worldSize()
              + " ranks, which are not launched; call it inside fabric.launch(f -> …), on the f"
              + " given there");
    }
  }

  // ------------------------------------------------------------------------------- set-up

  /**
   * Makes a model and its optimizers ready for training on this rank, in place: converts and moves
   * the model, and lets its calls and the optimizers' steps do what precision and strategy need.
   *
   * @return the model
   * @throws IllegalArgumentException when one of them was set up already
   */
  public <M extends Module<?, ?>> M setup(M model, Optimizer... optimizers) {
    return setup(model, true, optimizers);
  }

  /** As {@link #setup(Module, Optimizer...)}; the model is moved to the device only if wanted. */
  public <M extends Module<?, ?>> M setup(M model, boolean moveToDevice, Optimizer... optimizers) {
    requireLaunched("setup");
    SetUp.requireNew("setup", model);
    for (Optimizer optimizer : optimizers) {
      SetUp.requireNew("setup", optimizer);
    }
    setUp.module(model, moveToDevice);
    Arrays.asList(optimizers).forEach(setUp::optimizer);
    configuration.callbacks().call("onAfterSetup", this, model);
    return model;
  }

  /** Makes a model ready, without an optimizer. */
  public <M extends Module<?, ?>> M setupModule(M model) {
    return setupModule(model, true);
  }

  /** As {@link #setupModule(Module)}; the model is moved to the device only if wanted. */
  public <M extends Module<?, ?>> M setupModule(M model, boolean moveToDevice) {
    return setup(model, moveToDevice);
  }

  /** Makes optimizers ready whose models were set up before. */
  public void setupOptimizers(Optimizer... optimizers) {
    requireLaunched("setupOptimizers");
    if (optimizers.length == 0) {
      throw new IllegalArgumentException("setupOptimizers: no optimizer was given");
    }
    for (Optimizer optimizer : optimizers) {
      SetUp.requireNew("setupOptimizers", optimizer);
    }
    for (Optimizer optimizer : optimizers) {
      if (optimizer.parameters().stream().anyMatch(p -> p.device().isMeta())) {
        throw new IllegalStateException(
            "setupOptimizers: parameters are on the device meta, without values; set up the model"
                + " first, then make the optimizer");
      }
      setUp.optimizer(optimizer);
    }
  }

  /** This rank's share of a loader, whose batches arrive on this rank's device. */
  public <B> DataLoader<B> setupDataLoader(DataLoader<B> loader) {
    return setupDataLoader(loader, true, true);
  }

  /**
   * A loader for this rank.
   *
   * @param useDistributedSampler whether each rank reads a share of its own, where there are
   *     several
   * @param moveToDevice whether batches arrive on this rank's device
   */
  public <B> DataLoader<B> setupDataLoader(
      DataLoader<B> loader, boolean useDistributedSampler, boolean moveToDevice) {
    requireLaunched("setupDataLoader");
    SetUp.requireNew("setupDataLoader", loader);
    DataLoader<B> result = loader;
    var share = strategy.dataShare();
    if (useDistributedSampler && share.isPresent()) {
      result =
          result.distributed(
              share.get().replicas(), share.get().rank(), Seeds.ofSamplers(environment));
    }
    if (Seeds.ofWorkers(environment) && !result.hasWorkerInit()) {
      result = result.withWorkerInit(WorkerInfo.seedFor(globalRank()));
    }
    if (moveToDevice) {
      result = result.toDevice(device());
    }
    SetUp.mark(result);
    return result;
  }

  /** {@link #setupDataLoader(DataLoader)} for each. */
  public List<DataLoader<?>> setupDataLoaders(DataLoader<?>... loaders) {
    requireLaunched("setupDataLoaders");
    if (loaders.length == 0) {
      throw new IllegalArgumentException("setupDataLoaders: no loader was given");
    }
    return Arrays.stream(loaders).<DataLoader<?>>map(loader -> setupDataLoader(loader)).toList();
  }

  /** Whether a Fabric has set this model, optimizer or loader up. */
  public static boolean isSetup(Object object) {
    return SetUp.isDone(object);
  }

  // ------------------------------------------------------------------------------- training

  /**
   * Adds the gradients of a loss to those of the parameters: what {@code loss.backward()} does, and
   * in addition what precision and strategy need.
   */
  public void backward(Tensor loss) {
    backward(loss, BackwardOptions.defaults());
  }

  /** As {@link #backward(Tensor)}, with weights of the outputs or a graph that is kept. */
  public void backward(Tensor loss, BackwardOptions options) {
    setUp.inBackward(() -> strategy.backward(loss, options));
  }

  /**
   * Limits the gradients of an optimizer's parameters.
   *
   * @return the norm before, a scalar
   * @throws IllegalStateException when that is NaN or infinite, unless allowed; then nothing is
   *     changed
   */
  public Tensor clipGradients(Module<?, ?> model, Optimizer optimizer, Clip.Norm clip) {
    return strategy.clipGradNorm(
        model, optimizer, clip.maxNorm(), clip.normType(), clip.errorIfNonfinite());
  }

  /** Limits each element of the gradients of an optimizer's parameters. */
  public void clipGradients(Module<?, ?> model, Optimizer optimizer, Clip.Value clip) {
    strategy.clipGradValue(model, optimizer, clip.clipValue());
  }

  /** Lets code outside of a model's call compute in the precision's formats, as forward does. */
  public Scope autocast() {
    return strategy.precision().forwardContext();
  }

  /** Lets gradients of {@code model} pile up on this rank until the scope is closed. */
  public Scope noBackwardSync(Module<?, ?> model) {
    return noBackwardSync(model, true);
  }

  /**
   * As {@link #noBackwardSync(Module)} if {@code enabled}, else nothing. For accumulation: {@code
   * noBackwardSync(model, step % 8 != 7)} around forward and backward.
   */
  public Scope noBackwardSync(Module<?, ?> model, boolean enabled) {
    if (!isSetup(model)) {
      throw new IllegalArgumentException(
          "noBackwardSync: this "
              + model.getClass().getSimpleName()
              + " was not set up; call fabric.setup(model, optimizer) first");
    }
    return enabled ? strategy.noBackwardSync(model) : () -> {};
  }

  /**
   * Runs {@code body} as a call of {@code model}: with its precision and strategy, as {@code apply}
   * runs. For other entries into a model: {@code fabric.forward(model, m -> m.generate(x))}.
   */
  public <M extends Module<?, ?>, R> R forward(M model, Function<? super M, ? extends R> body) {
    return model.through(model, body);
  }

  /** Moves a model in place, or gives a value whose tensors are on this rank's device. */
  public <T> T toDevice(T value) {
    if (value instanceof Module<?, ?> module) {
      configuration.accelerator().setupDevice(device());
      strategy.moduleToDevice(module);
      return value;
    }
    return Nested.mapTensors(value, tensor -> tensor.to(device()));
  }

  /** Tensors made in the scope are on this rank's device, in the precision's dtype. */
  public Scope initTensor() {
    return strategy.tensorInitContext();
  }

  /** Modules made in the scope are on this rank's device, in the precision's dtype. */
  public Scope initModule() {
    requireLaunched("initModule");
    return strategy.moduleInitContext();
  }

  /**
   * As {@link #initModule()}; with {@code emptyInit} parameters keep whatever their memory holds,
   * so that a model is there at once whose values come from a checkpoint.
   */
  public Scope initModule(boolean emptyInit) {
    Scope place = initModule();
    if (!emptyInit) {
      return place;
    }
    Scope skipped = Init.skipped();
    return () -> {
      skipped.close();
      place.close();
    };
  }

  /** Seeds everything random on this rank, with workers of data loaders; returns the seed. */
  public long seedEverything(long seed) {
    return seedEverything(seed, true);
  }

  /**
   * Seeds everything random on this rank.
   *
   * @param workers whether workers of data loaders are seeded too, each in its own way
   */
  public long seedEverything(long seed, boolean workers) {
    return seedEverything(seed, workers, true);
  }

  /**
   * Seeds everything random on this rank.
   *
   * @param verbose whether rank 0 says which seed it is
   */
  public long seedEverything(long seed, boolean workers, boolean verbose) {
    return Seeds.seed(environment, Optional.of(seed), workers, verbose);
  }

  /** Seeds everything with the variable {@code PL_GLOBAL_SEED}, or 0; returns the seed. */
  public long seedEverything() {
    return Seeds.seed(environment, Optional.empty(), true, true);
  }

  /**
   * Starts all random numbers of this rank anew from the seed that {@link #seedEverything} was
   * given, so that ranks which drew different numbers agree again. Without a seed nothing happens.
   */
  public void resetSeed() {
    Seeds.reset(environment);
  }

  // ------------------------------------------------------------------------------- output

  /** Prints a value, on rank 0 of each machine. */
  public void print(@Nullable Object value) {
    if (localRank() == 0) {
      StatusLine.shared().print(System.out, String.valueOf(value));
    }
  }

  /** Prints a line as {@link String#format(Locale, String, Object...)} makes it, locale ROOT. */
  public void print(String format, @Nullable Object first, @Nullable Object... rest) {
    if (localRank() == 0) {
      @Nullable Object[] all = new @Nullable Object[rest.length + 1];
      all[0] = first;
      System.arraycopy(rest, 0, all, 1, rest.length);
      StatusLine.shared().print(System.out, String.format(Locale.ROOT, format, all));
    }
  }

  /** The same items; a bar on standard error shows how far rank 0 has come. */
  public <T> ProgressBar<T> progress(Iterable<T> items, String description) {
    return ProgressBar.over(items, description, isGlobalZero());
  }

  /** Gives a metric to the loggers, which count the steps. */
  public void log(String name, Object value) {
    logDict(Map.of(name, value));
  }

  /** Gives a metric of a step to the loggers. */
  public void log(String name, Object value, long step) {
    logDict(Map.of(name, value), step);
  }

  /** Gives metrics to the loggers: numbers, text, tensors of one element. */
  public void logDict(Map<String, ?> metrics) {
    log(metrics, OptionalLong.empty());
  }

  /** Gives metrics of a step to the loggers. */
  public void logDict(Map<String, ?> metrics, long step) {
    log(metrics, OptionalLong.of(step));
  }

  private void log(Map<String, ?> metrics, OptionalLong step) {
    if (loggers().isEmpty()) {
      return;
    }
    Map<String, ?> plain = Nested.mapLeaves(metrics, Fabric::plain);
    loggers().forEach(logger -> logger.logMetrics(plain, step));
  }

  private static Object plain(Object leaf) {
    if (!(leaf instanceof Tensor tensor)) {
      return leaf;
    }
    if (tensor.numel() != 1) {
      throw new IllegalArgumentException(
          "log: a tensor of shape "
              + tensor.shape()
              + " is no single number; log its mean, or its parts under names of their own");
    }
    return switch (tensor.dtype()) {
      case BOOL -> tensor.itemLong() != 0;
      case INT8, INT16, INT32, INT64, UINT8 -> tensor.itemLong();
      default -> tensor.item();
    };
  }

  /** Calls the method {@code hook} of each callback that has one, with the arguments it takes. */
  public void call(String hook, Object... arguments) {
    configuration.callbacks().call(hook, arguments);
  }

  // ------------------------------------------------------------------------------- collectives

  /** Returns when every rank has called it. */
  public void barrier() {
    requireLaunched("barrier");
    strategy.barrier();
  }

  /**
   * The value of rank {@code source}, on every rank: tensors, records, maps, lists, numbers, text.
   * A record arrives only where the receiver passed one of the same class.
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // what every rank passes has one type
  public <T> T broadcast(T value, int source) {
    requireLaunched("broadcast");
    return (T) strategy.broadcast(value, source);
  }

  /**
   * Every tensor in {@code value} stacked with those of the other ranks, in the order of ranks: (*)
   * → (worldSize, *). Shapes must agree. No gradient flows through it.
   */
  public <T> T allGather(T value) {
    requireLaunched("allGather");
    requireTensors("allGather", value);
    List<Tensor> tensors = Nested.tensors(value).stream().map(t -> t.to(device())).toList();
    var gathered = strategy.allGather(tensors).iterator();
    return Nested.mapTensors(value, _ -> gathered.next());
  }

  /**
   * As {@link #allGather(Object)}; with {@code syncGrads} gradients flow back to what each rank
   * gave: it gets the sum, over all ranks, of the gradients of its part. All ranks then call
   * backward.
   */
  public <T> T allGather(T value, boolean syncGrads) {
    if (!syncGrads) {
      return allGather(value);
    }
    requireLaunched("allGather");
    requireTensors("allGather", value);
    var function = new GatherWithGradient(strategy);
    return Nested.mapTensors(value, tensor -> function.apply(tensor.to(device())));
  }

  /** Numbers are not sent, so a value of numbers alone would come back as if it had been. */
  private static void requireTensors(String method, Object value) {
    if (Nested.tensors(value).isEmpty()) {
      Nested.forEachLeaf(
          value,
          leaf -> {
            if (leaf instanceof Number || leaf instanceof Boolean) {
              throw new IllegalArgumentException(
                  method
                      + ": "
                      + leaf
                      + " is a number, and only tensors are sent; pass Tensor.of("
                      + leaf
                      + ")");
            }
          });
    }
  }

  /** {@link #allReduce(Object, ReduceOp)} with {@link ReduceOp#MEAN}. */
  public <T> T allReduce(T value) {
    return allReduce(value, ReduceOp.MEAN);
  }

  /**
   * Every tensor in {@code value} combined with those of the other ranks. Those that are on this
   * rank's device and ask for no gradient are changed in place, as in PyTorch; of others the result
   * is a copy.
   */
  public <T> T allReduce(T value, ReduceOp op) {
    requireLaunched("allReduce");
    requireTensors("allReduce", value);
    T own;
    try (Scope _ = Context.current().withGrad(false)) {
      own =
          Nested.mapTensors(
              value,
              tensor ->
                  tensor.requiresGrad()
                      ? tensor.detach().copy().to(device())
                      : tensor.to(device()));
      strategy.allReduce(Nested.tensors(own), op);
    }
    return own;
  }

  /**
   * Lets rank 0 run the body of the scope before all others, and all leave it together. For what is
   * downloaded or prepared once.
   */
  public Scope rankZeroFirst() {
    return rankZeroFirst(false);
  }

  /** As {@link #rankZeroFirst()}; {@code local} lets rank 0 of each machine go first. */
  public Scope rankZeroFirst(boolean local) {
    if (!(strategy instanceof ParallelStrategy parallel) || !launched) {
      return () -> {};
    }
    Communicator group = local ? node(parallel) : parallel.communicator();
    boolean first = (local ? localRank() : globalRank()) == 0;
    if (!first) {
      group.barrier().await();
    }
    return () -> {
      if (first) {
        group.barrier().await();
      }
      group.barrier().await();
    };
  }

  private Communicator node(ParallelStrategy parallel) {
    int perNode = configuration.devices().size();
    int from = nodeRank() * perNode;
    return parallel.communicator().group(IntStream.range(from, from + perNode).toArray());
  }

  // ------------------------------------------------------------------------------- checkpoints

  /**
   * Saves the state of models, optimizers, schedules, loaders and plain values by name, as one file
   * that {@code torch.load(path, weights_only=True)} reads (or as safetensors, by the file's name).
   * Every rank calls it; rank 0 writes. The file is replaced whole or not at all.
   *
   * @throws UncheckedIOException when it cannot be written
   */
  public void save(Path path, Map<String, ?> state) {
    save(path, state, Map.of());
  }

  /**
   * As {@link #save(Path, Map)}.
   *
   * @param filter for names of the state: which entries of that object's state are saved
   */
  public void save(
      Path path, Map<String, ?> state, Map<String, BiPredicate<String, Object>> filter) {
    Map<String, Object> checkpoint = new Checkpoints(strategy).checkpoint(state, filter);
    if (isGlobalZero()) {
      try {
        configuration.checkpointIO().save(checkpoint, path);
      } catch (IOException e) {
        throw new UncheckedIOException("save " + path + ": " + e.getMessage(), e);
      }
    }
    if (launched) {
      strategy.barrier();
    }
  }

  /**
   * All that a checkpoint holds.
   *
   * @throws UncheckedIOException when it cannot be read; its cause says where a file is damaged
   */
  public Map<String, Object> load(Path path) {
    return load(path, Map.of());
  }

  /**
   * Restores, in place, the objects that {@code state} names, and replaces its plain values. When
   * anything does not fit, nothing is changed.
   *
   * @return what the checkpoint holds beyond that
   */
  public Map<String, Object> load(Path path, Map<String, ?> state) {
    return load(path, state, true);
  }

  /**
   * As {@link #load(Path, Map)}.
   *
   * @param strict whether every name of the state, and of each model's parameters, must be there
   */
  @SuppressWarnings("unchecked") // values are replaced by those that were saved under their names
  public Map<String, Object> load(Path path, Map<String, ?> state, boolean strict) {
    Map<String, Object> checkpoint = read(path);
    var restored = new Checkpoints(strategy).restore(checkpoint, state, strict);
    if (launched) {
      strategy.barrier();
    }
    if (!restored.values().isEmpty()) {
      ((Map<String, Object>) state).putAll(restored.values());
    }
    return restored.rest();
  }

  /** Restores a model or optimizer from a file that holds its bare state, such as PyTorch's. */
  public void loadRaw(Path path, Object target) {
    loadRaw(path, target, true);
  }

  /**
   * As {@link #loadRaw(Path, Object)}; {@code strict} is whether a model's names must all agree.
   */
  public void loadRaw(Path path, Object target, boolean strict) {
    Map<String, Object> saved = read(path);
    new Checkpoints(strategy).restoreRaw(saved, target, strict);
  }

  private Map<String, Object> read(Path path) {
    try {
      return configuration.checkpointIO().load(path);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("load " + path + ": there is no such file", e);
    } catch (IOException e) {
      throw new UncheckedIOException("load " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "Fabric[accelerator="
        + accelerator().name()
        + ", strategy="
        + strategy.name()
        + ", precision="
        + strategy.precision().name()
        + ", rank "
        + globalRank()
        + " of "
        + worldSize()
        + "]";
  }
}
