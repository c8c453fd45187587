package dev.weft.fabric.data;

import dev.weft.engine.Context;
import dev.weft.engine.Device;
import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Batches of a dataset, epoch after epoch.
 *
 * {@snippet :
 * var loader = DataLoader.of(Datasets.digits()).batchSize(64).shuffle(true).workers(2).build();
 * for (Digit batch : loader) {
 *   Tensor logits = model.apply(batch.image());   // (64, 64) → (64, 10)
 * }
 * }
 *
 * <p>Batches belong to the user and to no scope; they may be collected. With {@link
 * Builder#recycle} the memory of a batch is used again when the next one is fetched.
 *
 * <p>Each pass draws its order anew. Orders, and the random numbers of workers, follow from one
 * number per epoch, drawn from the loader's generator or the thread's. So runs repeat, whatever the
 * timing of the workers, and {@link #stateDict} is enough to go on in the middle of an epoch.
 *
 * <p>A pass that is left early needs no care: its workers are idle, and end when the garbage
 * collector finds the iterator. The iterator is {@link AutoCloseable} for those who want it at
 * once.
 *
 * <p>Confined to one thread.
 *
 * @param <B> the type of a batch; for records, lists and maps of tensors that of a sample
 */
public final class DataLoader<B> implements Iterable<B> {

  /** What does not change from epoch to epoch, besides where batches come from. */
  private record Options(
      Crew.Settings workers,
      Optional<Generator> generator,
      OptionalLong seed,
      boolean recycle,
      Optional<Device> device) {

    Options on(Device target) {
      return new Options(workers, generator, seed, recycle, Optional.of(target));
    }

    Options withWorkers(Crew.Settings replacement) {
      return new Options(replacement, generator, seed, recycle, device);
    }
  }

  /**
   * Where a pass is.
   *
   * @param epoch which pass
   * @param seed what its order and its workers' random numbers follow from
   * @param batches how many batches were delivered
   */
  private record Position(long epoch, long seed, long batches) {}

  private final Supply<B> supply;
  private final Options options;
  private long nextEpoch;

  /** The last pass that was begun and not finished; also one that is to be resumed. */
  private Optional<Position> position = Optional.empty();

  private boolean resuming;

  private DataLoader(Supply<B> supply, Options options) {
    this.supply = supply;
    this.options = options;
  }

  /** Starts to describe a loader of samples that are fetched by number. */
  public static <T> Builder<T, T> of(Dataset<T> dataset) {
    return new Builder<>(Optional.of(dataset), Optional.empty(), Collate.stack());
  }

  /** Starts to describe a loader of samples that come one after the other. */
  public static <T> Builder<T, T> of(IterableDataset<T> dataset) {
    return new Builder<>(Optional.empty(), Optional.of(dataset), Collate.stack());
  }

  /**
   * How many workers each of {@code localWorldSize} ranks of this machine may have, so that every
   * processor has one thread and each rank keeps one for itself; at least 1.
   */
  public static int suggestedWorkers(int localWorldSize) {
    if (localWorldSize < 1) {
      throw new IllegalArgumentException(
          "suggestedWorkers: localWorldSize=" + localWorldSize + " must be positive");
    }
    return Math.max(1, Runtime.getRuntime().availableProcessors() / localWorldSize - 1);
  }

  // ------------------------------------------------------------------------------ iteration

  /**
   * A pass over the data. It begins when its first element is asked for: then the sampler is told
   * the number of the epoch and draws its order.
   *
   * @throws DataException from the iterator, naming the sample and the batch, when a sample cannot
   *     be read, a batch not be made, or a time-out passes
   */
  @Override
  public Iterator<B> iterator() {
    var pass = new Pass();
    return new LoaderIterator<>(pass::begin, pass, options.workers().timeout());
  }

  /** One pass' bookkeeping. */
  private final class Pass implements LoaderIterator.Delivery<B> {

    private Position at = new Position(0, 0, 0);

    LoaderIterator.Run<B> begin() {
      at = resuming ? position.orElseThrow() : fresh();
      resuming = false;
      position = Optional.of(at);
      nextEpoch = at.epoch() + 1;
      supply.batchSampler().ifPresent(batches -> batches.setEpoch(at.epoch()));
      Feed<B> feed = supply.open(new Generator(at.seed()));
      try {
        feed.skip(at.batches());
        return new LoaderIterator.Run<>(feed, crew(at.seed()), at.batches());
      } catch (Throwable e) {
        feed.close();
        throw e;
      }
    }

    private Position fresh() {
      long seed =
          options.seed().isPresent()
              ? options.seed().getAsLong() + nextEpoch
              : options
                  .generator()
                  .orElseGet(Context.current()::generator)
                  .nextLong(Long.MAX_VALUE);
      return new Position(nextEpoch, seed, 0);
    }

    private Optional<Crew<B>> crew(long seed) {
      return options.workers().count() == 0
          ? Optional.empty()
          : Optional.of(new Crew<>(options.workers(), seed));
    }

    @Override
    public B deliver(B batch) {
      return options.device().isEmpty() ? batch : move(batch, options.device().get());
    }

    @Override
    public void taken() {
      at = new Position(at.epoch(), at.seed(), at.batches() + 1);
      position = Optional.of(at);
    }

    @Override
    public void finished() {
      position = Optional.empty();
    }

    @Override
    public void recycle(B batch) {
      if (options.recycle()) {
        Trees.release(batch);
      }
    }
  }

  private B move(B batch, Device device) {
    try (var _ = Context.current().withoutScope()) {
      return Trees.map(batch, tensor -> move(tensor, device));
    }
  }

  /** The copy on the host is of no use to anybody, once the device has its own. */
  private Tensor move(Tensor tensor, Device device) {
    if (tensor.device().equals(device)) {
      return tensor;
    }
    Tensor moved = tensor.to(device);
    if (supply.ownsBatches()) {
      tensor.release();
    }
    return moved;
  }

  // ------------------------------------------------------------------------------ what it is

  /** Whether the number of batches is known. */
  public boolean hasLength() {
    return supply.length().isPresent();
  }

  /**
   * The number of batches of an epoch.
   *
   * @throws IllegalStateException when it is not known, as for iterable datasets
   */
  public long length() {
    return supply
        .length()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "DataLoader: the number of batches of "
                        + (isIterable() ? "an iterable dataset" : "this sampler")
                        + " is not known; ask hasLength() first"));
  }

  /** The {@link Dataset} or {@link IterableDataset} that it reads. */
  public Object dataset() {
    return supply.dataset();
  }

  /** Whether its samples come one after the other, so that no sampler chooses them. */
  public boolean isIterable() {
    return supply instanceof Supply.Stream;
  }

  /** The order of the samples; empty for iterable datasets and batch samplers that have none. */
  public Optional<Sampler> sampler() {
    return supply.batchSampler().flatMap(BatchSampler::sampler);
  }

  /** How samples are grouped; empty for iterable datasets. */
  public Optional<BatchSampler> batchSampler() {
    return supply.batchSampler();
  }

  /** Where its batches are moved to, if anywhere. */
  public Optional<Device> device() {
    return options.device();
  }

  /** The number of worker threads. */
  public int workers() {
    return options.workers().count();
  }

  /** Whether workers run an action of the user's when they start. */
  public boolean hasWorkerInit() {
    return options.workers().init().isPresent();
  }

  // ------------------------------------------------------------------------------ other loaders

  /** The same loader, with its samples in another order. */
  public DataLoader<B> withSampler(Sampler sampler) {
    return new DataLoader<>(supply.withSampler(sampler), options);
  }

  /** The same loader, whose batches are moved to {@code device}. */
  public DataLoader<B> toDevice(Device device) {
    return new DataLoader<>(supply, options.on(device));
  }

  /** The same loader, whose workers run {@code action} when they start. */
  public DataLoader<B> withWorkerInit(Consumer<WorkerInfo> action) {
    return new DataLoader<>(supply, options.withWorkers(options.workers().withInit(action)));
  }

  /**
   * This rank's share of the loader. A sequential order stays one, a random one is drawn by {@link
   * DistributedSampler}, any other sampler is wrapped in a {@link DistributedSamplerWrapper}. A
   * loader that is distributed already, or reads an iterable dataset, is returned as it is.
   *
   * @throws UnsupportedOperationException when a batch sampler of the user's cannot be rebuilt
   */
  public DataLoader<B> distributed(int replicas, int rank, long seed) {
    if (!(supply.dataset() instanceof Dataset<?> dataset)) {
      return this;
    }
    Sampler order = sampler().orElseGet(() -> new SequentialSampler(dataset));
    return switch (order) {
      case DistributedSampler _ -> this;
      case SequentialSampler(long size) ->
          withSampler(
              new DistributedSampler(size, replicas, rank, false, seed, false, Shuffle.PHILOX));
      case RandomSampler(long size, boolean replacement, long count, Shuffle shuffle)
          when !replacement && count == size ->
          withSampler(new DistributedSampler(size, replicas, rank, true, seed, false, shuffle));
      default -> withSampler(new DistributedSamplerWrapper(order, replicas, rank, seed));
    };
  }

  // ------------------------------------------------------------------------------ its state

  /**
   * Sets the number of the next pass, which counts up by itself from 0. A pass that was to be
   * resumed is forgotten.
   */
  public void setEpoch(long epoch) {
    nextEpoch = epoch;
    position = Optional.empty();
    resuming = false;
  }

  /**
   * Where it is: the number of the pass, how many of its batches were delivered, and the random
   * state. Enough for {@link #loadStateDict} to go on with the very next batch.
   */
  public Map<String, Object> stateDict() {
    var state = new LinkedHashMap<String, Object>();
    state.put("epoch", position.map(Position::epoch).orElse(nextEpoch));
    state.put("batches", position.map(Position::batches).orElse(0L));
    position.ifPresent(at -> state.put("seed", at.seed()));
    options
        .generator()
        .ifPresent(
            generator -> state.put("generator", List.of(generator.seed(), generator.offset())));
    return state;
  }

  /**
   * Goes on where another loader of the same data was: the next pass delivers what was left of that
   * one. Samples of iterable datasets are read again and left out.
   *
   * @throws IllegalArgumentException when {@code state} is not what {@link #stateDict} gives
   */
  public void loadStateDict(Map<String, ?> state) {
    long epoch = whole(state, state.get("epoch"), "epoch");
    long batches = whole(state, state.get("batches"), "batches");
    Optional<Position> saved =
        state.containsKey("seed")
            ? Optional.of(new Position(epoch, whole(state, state.get("seed"), "seed"), batches))
            : Optional.empty();
    if (options.generator().isPresent()) {
      if (!(state.get("generator") instanceof List<?> pair && pair.size() == 2)) {
        throw unreadable(state, "generator");
      }
      options
          .generator()
          .get()
          .setState(whole(state, pair.get(0), "generator"), whole(state, pair.get(1), "generator"));
    }
    nextEpoch = epoch;
    position = saved;
    resuming = saved.isPresent();
  }

  private static long whole(Map<String, ?> state, @Nullable Object value, String key) {
    if (value instanceof Long || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    throw unreadable(state, key);
  }

  private static IllegalArgumentException unreadable(Map<String, ?> state, String key) {
    return new IllegalArgumentException(
        "DataLoader.loadStateDict: '"
            + key
            + "' is missing or no whole number in "
            + state
            + "; it takes what stateDict() gave");
  }

  // ------------------------------------------------------------------------------ building

  /**
   * Describes a loader. Defaults: batches of 1, in order, made in the thread that asks for them.
   *
   * @param <T> the type of a sample
   * @param <B> the type of a batch
   */
  public static final class Builder<T, B> {

    private static final int DEFAULT_PREFETCH = 2;

    private final Optional<Dataset<T>> dataset;
    private final Optional<IterableDataset<T>> stream;
    private Function<? super List<T>, ? extends B> collate;
    private boolean ownCollate;
    private boolean unbatched;
    private Optional<Integer> batchSize = Optional.empty();
    private boolean dropLast;
    private Optional<Shuffle> shuffle = Optional.empty();
    private Optional<Sampler> sampler = Optional.empty();
    private Optional<BatchSampler> batchSampler = Optional.empty();
    private int workers;
    private Optional<Integer> prefetch = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private ThreadFactory threads = Thread.ofPlatform().daemon().name("weft-data-", 0).factory();
    private Optional<Consumer<WorkerInfo>> workerInit = Optional.empty();
    private Optional<Generator> generator = Optional.empty();
    private OptionalLong seed = OptionalLong.empty();
    private boolean recycle;

    private Builder(
        Optional<Dataset<T>> dataset,
        Optional<IterableDataset<T>> stream,
        Function<? super List<T>, ? extends B> collate) {
      this.dataset = dataset;
      this.stream = stream;
      this.collate = collate;
    }

    /** How many samples make a batch. */
    public Builder<T, B> batchSize(int batchSize) {
      if (batchSize < 1) {
        throw new IllegalArgumentException("batchSize: " + batchSize + " must be positive");
      }
      this.batchSize = Optional.of(batchSize);
      return this;
    }

    /** Whether a last batch that is not full is left out. */
    public Builder<T, B> dropLast(boolean dropLast) {
      this.dropLast = dropLast;
      return this;
    }

    /** Whether each epoch visits the samples in a new random order. */
    public Builder<T, B> shuffle(boolean shuffle) {
      this.shuffle = shuffle ? Optional.of(Shuffle.PHILOX) : Optional.empty();
      return this;
    }

    /** Visits the samples in random orders that are drawn in this way. */
    public Builder<T, B> shuffle(Shuffle shuffle) {
      this.shuffle = Optional.of(shuffle);
      return this;
    }

    /** The order of the samples, instead of {@code shuffle}. */
    public Builder<T, B> sampler(Sampler sampler) {
      this.sampler = Optional.of(sampler);
      return this;
    }

    /** Which samples make which batch, instead of size, order and {@code dropLast}. */
    public Builder<T, B> batchSampler(BatchSampler batchSampler) {
      this.batchSampler = Optional.of(batchSampler);
      return this;
    }

    /**
     * Makes a batch of samples, instead of {@link Collate#stack}. Called by several workers at the
     * same time.
     */
    public <C> Builder<T, C> collate(Function<? super List<T>, ? extends C> collate) {
      @SuppressWarnings("unchecked") // B occurs only in the function that is replaced here
      var builder = (Builder<T, C>) this;
      builder.collate = collate;
      builder.ownCollate = true;
      builder.unbatched = false;
      return builder;
    }

    /** Delivers samples as they are, without a dimension for the batch. */
    public Builder<T, T> unbatched() {
      Builder<T, T> builder = collate(List::getFirst);
      builder.unbatched = true;
      return builder;
    }

    /** How many threads make batches ahead. */
    public Builder<T, B> workers(int workers) {
      if (workers < 0) {
        throw new IllegalArgumentException("workers: " + workers + " is negative");
      }
      this.workers = workers;
      return this;
    }

    /** How many batches each worker may be ahead; 2 by default. */
    public Builder<T, B> prefetch(int prefetch) {
      if (prefetch < 1) {
        throw new IllegalArgumentException("prefetch: " + prefetch + " must be positive");
      }
      this.prefetch = Optional.of(prefetch);
      return this;
    }

    /** How long a worker may take for a batch; without limit by default. */
    public Builder<T, B> timeout(Duration timeout) {
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("timeout: " + timeout + " must be positive");
      }
      this.timeout = Optional.of(timeout);
      return this;
    }

    /**
     * Where worker threads come from. {@code Thread.ofVirtual().factory()} suits datasets that
     * mostly wait for a disk or a network; by default they are platform threads.
     */
    public Builder<T, B> threads(ThreadFactory threads) {
      this.threads = threads;
      return this;
    }

    /** What each worker does when it starts, for example seeding a generator of its own. */
    public Builder<T, B> workerInit(Consumer<WorkerInfo> action) {
      this.workerInit = Optional.of(action);
      return this;
    }

    /** What orders and worker seeds are drawn from, instead of the thread's generator. */
    public Builder<T, B> generator(Generator generator) {
      this.generator = Optional.of(generator);
      return this;
    }

    /** Lets orders and worker seeds follow from this number and the epoch alone. */
    public Builder<T, B> seed(long seed) {
      this.seed = OptionalLong.of(seed);
      return this;
    }

    /**
     * Whether a batch's memory is released when the next one is fetched, which makes loading
     * faster. Then a batch must not be kept, and a collate function must return memory of its own.
     */
    public Builder<T, B> recycle(boolean recycle) {
      this.recycle = recycle;
      return this;
    }

    /**
     * The loader.
     *
     * @throws IllegalArgumentException when settings exclude each other; the message names them
     */
    public DataLoader<B> build() {
      exclude(seed.isPresent() && generator.isPresent(), "seed and generator");
      exclude(workers == 0 && prefetch.isPresent(), "prefetch without workers");
      exclude(workers == 0 && timeout.isPresent(), "timeout without workers");
      exclude(workers == 0 && workerInit.isPresent(), "workerInit without workers");
      exclude(unbatched && batchSize.isPresent(), "unbatched and batchSize");
      exclude(unbatched && dropLast, "unbatched and dropLast");
      exclude(unbatched && recycle, "unbatched and recycle: samples belong to the dataset");
      var crew =
          new Crew.Settings(
              workers, prefetch.orElse(DEFAULT_PREFETCH), timeout, threads, workerInit);
      return new DataLoader<>(
          supply(), new Options(crew, generator, seed, recycle, Optional.empty()));
    }

    private Supply<B> supply() {
      return dataset.isPresent() ? indexed(dataset.get()) : stream(stream.orElseThrow());
    }

    private Supply<B> stream(IterableDataset<T> source) {
      exclude(shuffle.isPresent(), "an iterable dataset and shuffle");
      exclude(sampler.isPresent(), "an iterable dataset and a sampler");
      exclude(batchSampler.isPresent(), "an iterable dataset and a batchSampler");
      return new Supply.Stream<>(source, batchSize.orElse(1), dropLast, collate, !ownCollate);
    }

    private Supply<B> indexed(Dataset<T> source) {
      exclude(sampler.isPresent() && shuffle.isPresent(), "sampler and shuffle");
      BatchSampler batches = batchSampler.isPresent() ? checked(batchSampler.get()) : fixed(source);
      return new Supply.Indexed<>(source, batches, collate, whole(source), !ownCollate);
    }

    /** The dataset's own way to fetch a batch, as long as nobody asked for another. */
    @SuppressWarnings("unchecked") // without a collate function of the user's, B is T
    private Function<long[], Optional<B>> whole(Dataset<T> source) {
      return ownCollate ? _ -> Optional.empty() : indices -> (Optional<B>) source.gather(indices);
    }

    private BatchSampler checked(BatchSampler batches) {
      exclude(batchSize.isPresent(), "batchSampler and batchSize");
      exclude(shuffle.isPresent(), "batchSampler and shuffle");
      exclude(sampler.isPresent(), "batchSampler and sampler");
      exclude(dropLast, "batchSampler and dropLast");
      exclude(unbatched, "batchSampler and unbatched");
      return batches;
    }

    private BatchSampler fixed(Dataset<T> source) {
      Sampler order = sampler.orElseGet(() -> order(source.size()));
      return BatchSampler.of(order, batchSize.orElse(1), dropLast);
    }

    private Sampler order(long size) {
      return shuffle.isPresent()
          ? new RandomSampler(size, false, size, shuffle.get())
          : new SequentialSampler(size);
    }

    private static void exclude(boolean both, String settings) {
      if (both) {
        throw new IllegalArgumentException(
            "DataLoader: " + settings + " do not go together; leave one out");
      }
    }
  }
}
