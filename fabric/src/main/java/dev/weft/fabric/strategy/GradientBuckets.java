package dev.weft.fabric.strategy;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Scope;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.TensorSpec;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.comm.Work;
import dev.weft.nn.Module;
import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Averages the gradients of one model. Each bucket is one contiguous tensor in which every gradient
 * of its parameters has its place; once averaged, the gradients are views of it, so that nothing is
 * copied back.
 *
 * <p>A round begins with the first gradient that backward completes and ends when all have been
 * averaged. Buckets are sent in their order, also when a later one is filled first, so that all
 * ranks send the same.
 *
 * <p>Confined to its rank.
 */
final class GradientBuckets {

  private static final int MOST_NAMED = 10;

  private final Module<?, ?> module;
  private final Communicator communicator;
  private final DdpOptions options;
  private List<Slot> slots = List.of();
  private List<Bucket> buckets = List.of();
  private boolean syncing = true;

  /** Whether a forward was made whose backward has not ended; decides who takes part in it. */
  private boolean expectsBackward;

  private int ready;
  private int sent;

  /** A parameter's place in a bucket. */
  private static final class Slot {
    final String name;
    final Parameter parameter;
    final TensorSpec spec;
    final Object tapeEntry;
    final int bucket;
    Tensor view;
    Scope hook = () -> {};
    boolean isReady;

    /** Whether backward gave it a gradient on this rank since gradients were averaged last. */
    boolean isUsed;

    Slot(String name, Parameter parameter, int bucket, Tensor view) {
      this.name = name;
      this.parameter = parameter;
      this.spec = parameter.spec();
      this.tapeEntry = parameter.tapeEntry().orElseThrow();
      this.bucket = bucket;
      this.view = view;
    }

    /** Neither frozen, thawed nor converted since. */
    boolean isCurrent() {
      return parameter.tapeEntry().orElse(null) == tapeEntry && parameter.spec().equals(spec);
    }
  }

  private static final class Bucket {
    final Tensor flat;
    int missing;
    Optional<Work> work = Optional.empty();

    Bucket(Tensor flat) {
      this.flat = flat;
    }
  }

  GradientBuckets(Module<?, ?> module, Communicator communicator, DdpOptions options) {
    this.module = module;
    this.communicator = communicator;
    this.options = options;
    build();
  }

  // ------------------------------------------------------------------------------- layout

  private static List<Map.Entry<String, Parameter>> trained(Module<?, ?> module) {
    return module.namedParameters().entrySet().stream()
        .filter(entry -> entry.getValue().requiresGrad())
        .toList();
  }

  /** From the last parameter to the first: about the order in which backward reaches them. */
  private void build() {
    var planned = new ArrayList<List<Map.Entry<String, Parameter>>>();
    Map<Kind, List<Map.Entry<String, Parameter>>> open = new java.util.LinkedHashMap<>();
    Map<Kind, Long> bytes = new java.util.HashMap<>();
    for (Map.Entry<String, Parameter> entry : trained(module).reversed()) {
      Kind kind = new Kind(entry.getValue().dtype(), entry.getValue().device());
      long more = entry.getValue().spec().bytes();
      long limit = planned.isEmpty() ? options.firstBucketBytes() : options.bucketBytes();
      var current = open.computeIfAbsent(kind, _ -> new ArrayList<>());
      if (!current.isEmpty() && bytes.getOrDefault(kind, 0L) + more > limit) {
        planned.add(current);
        current = new ArrayList<>();
        open.put(kind, current);
        bytes.put(kind, 0L);
      }
      current.add(entry);
      bytes.merge(kind, more, Long::sum);
    }
    planned.addAll(open.values());
    allocate(planned);
  }

  private record Kind(DType dtype, Device device) {}

  private void allocate(List<List<Map.Entry<String, Parameter>>> planned) {
    var newSlots = new ArrayList<Slot>();
    var newBuckets = new ArrayList<Bucket>();
    try (Scope _ = Context.current().withoutScope();
        Scope _ = Context.current().withGrad(false)) {
      for (var entries : planned) {
        Parameter first = entries.getFirst().getValue();
        long elements = entries.stream().mapToLong(entry -> entry.getValue().numel()).sum();
        Tensor flat = Tensor.zeros(Shape.of(elements), first.dtype(), first.device());
        long offset = 0;
        for (var entry : entries) {
          Parameter parameter = entry.getValue();
          Tensor view = flat.narrow(0, offset, parameter.numel()).view(parameter.shape().sizes());
          newSlots.add(new Slot(entry.getKey(), parameter, newBuckets.size(), view));
          offset += parameter.numel();
        }
        newBuckets.add(new Bucket(flat));
      }
    }
    slots = List.copyOf(newSlots);
    buckets = List.copyOf(newBuckets);
    for (Slot slot : slots) {
      slot.hook = Autograd.registerPostAccumulateGradHook(slot.parameter, _ -> completed(slot));
    }
    startOver();
  }

  private void startOver() {
    ready = 0;
    sent = 0;
    for (Bucket bucket : buckets) {
      bucket.missing = 0;
      bucket.work = Optional.empty();
    }
    for (Slot slot : slots) {
      slot.isReady = false;
      buckets.get(slot.bucket).missing++;
    }
  }

  /** Gives the memory back; gradients keep theirs. */
  void close() {
    for (Slot slot : slots) {
      slot.hook.close();
      slot.view.release();
    }
    buckets.forEach(bucket -> bucket.flat.release());
    slots = List.of();
    buckets = List.of();
  }

  // ------------------------------------------------------------------------------- rounds

  boolean isSyncing() {
    return syncing;
  }

  boolean isUnderWay() {
    return ready > 0;
  }

  boolean concerns(Collection<? extends Tensor> parameters) {
    Set<Tensor> own = Collections.newSetFromMap(new IdentityHashMap<>());
    slots.forEach(slot -> own.add(slot.parameter));
    return parameters.stream().anyMatch(own::contains);
  }

  /** A forward whose backward will average gradients. */
  void beginForward() {
    requireComplete();
    if (!slots.stream().allMatch(Slot::isCurrent) || trained(module).size() != slots.size()) {
      close();
      build();
    }
    expectsBackward = true;
  }

  void requireComplete() {
    if (ready == 0) {
      return;
    }
    List<String> missing =
        slots.stream().filter(slot -> !slot.isReady).map(slot -> slot.name).toList().reversed();
    String names = missing.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
    if (missing.size() > MOST_NAMED) {
      names += " and " + (missing.size() - MOST_NAMED) + " more";
    }
    throw new IllegalStateException(
        "ddp on rank "
            + communicator.rank()
            + ": the last backward reached only "
            + ready
            + " of "
            + slots.size()
            + " parameters, so their gradients could not be averaged; not used: "
            + names
            + ". Use all parameters for the loss, freeze these with requiresGrad(false), or choose"
            + " strategy 'ddp_find_unused_parameters_true'");
  }

  /** Backward has completed a gradient. */
  private void completed(Slot slot) {
    slot.isUsed = true;
    if (!syncing) {
      return;
    }
    if (slot.isReady) {
      throw new IllegalStateException(
          "ddp: parameter '"
              + slot.name
              + "' got its gradient from two backwards, but others from none yet; add the losses"
              + " and call backward once, or put all backwards but the last into"
              + " fabric.noBackwardSync(model)");
    }
    put(slot);
    if (ready == slots.size() && !options.findUnusedParameters()) {
      finish();
    }
  }

  /** Moves a gradient into its bucket, and sends the buckets that are full. */
  private void put(Slot slot) {
    try (TensorScope _ = TensorScope.open();
        Scope _ = Context.current().withGrad(false)) {
      Optional<Tensor> gradient = slot.parameter.grad();
      if (gradient.isEmpty()) {
        slot.view.zeroInPlace();
      } else if (gradient.get().requiresGrad()) {
        throw new UnsupportedOperationException(
            "ddp: createGraph: gradients of gradients do not pass through the average over ranks;"
                + " use Autograd.grad on each rank, or strategy 'single_device'");
      } else if (!isSameMemory(gradient.get(), slot.view)) {
        slot.view.copyFrom(gradient.get());
      }
    }
    slot.isReady = true;
    ready++;
    buckets.get(slot.bucket).missing--;
    while (sent < buckets.size() && buckets.get(sent).missing == 0) {
      Bucket bucket = buckets.get(sent++);
      bucket.work = Optional.of(communicator.allReduce(bucket.flat, ReduceOp.MEAN));
    }
  }

  private static boolean isSameMemory(Tensor a, Tensor b) {
    return a.storage() == b.storage() && a.layout().equals(b.layout());
  }

  /** All gradients are in their buckets: they become what the buckets hold after the average. */
  private void finish() {
    boolean[] used = usedAnywhere();
    for (Bucket bucket : buckets) {
      bucket.work.orElseThrow().await();
    }
    for (int i = 0; i < used.length; i++) {
      Slot slot = slots.get(i);
      if (used[i]) {
        slot.parameter.grad(Optional.of(slot.view));
      }
      slot.isUsed = false;
    }
    startOver();
    expectsBackward = false;
  }

  /** Which parameters got a gradient on any rank; all of them unless some may be unused. */
  private boolean[] usedAnywhere() {
    boolean[] used = new boolean[slots.size()];
    if (!options.findUnusedParameters()) {
      java.util.Arrays.fill(used, true);
      return used;
    }
    for (int i = 0; i < used.length; i++) {
      used[i] = slots.get(i).isUsed;
    }
    try (TensorScope _ = TensorScope.open()) {
      Tensor flags = Tensor.of(used);
      communicator.allReduce(flags, ReduceOp.MAX).await();
      for (int i = 0; i < used.length; i++) {
        used[i] = flags.getBoolean(i);
      }
    }
    return used;
  }

  /** Backward is over: what it did not reach counts with what it has, or with 0. */
  void completeUnused() {
    if (syncing && (expectsBackward || ready > 0)) {
      slots.stream().filter(slot -> !slot.isReady).toList().forEach(this::put);
      finish();
    }
  }

  /** Backward failed; unless others have been sent something, it never began. */
  void forgetUnsent() {
    if (sent == 0) {
      startOver();
    }
  }

  // ------------------------------------------------------------------------------- accumulation

  Scope withoutSync() {
    boolean before = syncing;
    syncing = false;
    return () -> syncing = before;
  }
}
