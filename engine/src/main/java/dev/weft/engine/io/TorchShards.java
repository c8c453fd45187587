package dev.weft.engine.io;

import dev.weft.engine.Device;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.io.ShardIndex.Chunk;
import dev.weft.engine.io.ShardIndex.Part;
import dev.weft.engine.io.ShardIndex.TensorValue;
import dev.weft.engine.io.ShardIndex.WholeValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Folders that PyTorch's {@code torch.distributed.checkpoint} wrote, as FSDP does by default: an
 * index {@code .metadata}, and for each rank a file {@code __RANK_0.distcp} with its shards of the
 * tensors.
 *
 * <p>Reading puts the shards together, runs no code, and resolves no class by name, as in {@link
 * TorchFile}. Checked before memory is taken: shards must cover each tensor once, lie in files of
 * this very folder, be as large as their elements need, and not share bytes with each other.
 *
 * {@snippet :
 * var state = TorchShards.read(Path.of("sharded"));
 * TorchFile.write(Path.of("whole.pt"), state);
 * }
 */
public final class TorchShards {

  private static final String INDEX = ".metadata";

  /** Two boxes are compared in a nanosecond or so; real checkpoints need a few thousand times. */
  private static final long MOST_COMPARISONS = 1L << 28;

  private final Path folder;
  private final TorchFile.Options options;
  private final ShardIndex index;
  private long comparisons;

  /** Places in lists that were made before there was something for them. */
  private long fillers;

  private TorchShards(Path folder, TorchFile.Options options) throws TensorFileException {
    this.folder = folder;
    this.options = options;
    try (var in = FileInput.open(folder.resolve(INDEX))) {
      this.index = ShardIndex.read(in, options.heapBytes);
    }
  }

  /** Whether this is such a folder. */
  public static boolean isSharded(Path folder) {
    return Files.isRegularFile(folder.resolve(INDEX));
  }

  /** Reads all values of the folder into one tree, in the order of the index. */
  public static Map<Object, Object> read(Path folder) throws TensorFileException {
    return read(folder, TorchFile.Options.standard());
  }

  /** Reads all values of the folder into one tree, in the order of the index. */
  public static Map<Object, Object> read(Path folder, TorchFile.Options options)
      throws TensorFileException {
    var shards = new TorchShards(folder, options);
    shards.requireCovered();
    shards.requirePartsApart();
    return shards.assemble();
  }

  private TensorFileException wrong(String problem) {
    return new TensorFileException(folder.resolve(INDEX), problem);
  }

  // ------------------------------------------------------------------------------------ checks

  private void requireCovered() throws TensorFileException {
    for (var entry : index.values().entrySet()) {
      if (entry.getValue() instanceof TensorValue tensor) {
        requireCovered("'" + Excerpt.of(entry.getKey()) + "'", tensor);
      }
    }
  }

  /** Chunks inside of the tensor, none over another, with as many elements: nothing is missing. */
  private void requireCovered(String name, TensorValue tensor) throws TensorFileException {
    long missing = tensor.shape().numel();
    List<Chunk> chunks = new ArrayList<>();
    for (Chunk chunk : tensor.chunks()) {
      if (!chunk.isInside(tensor.shape())) {
        throw wrong(
            name
                + " of "
                + tensor.shape()
                + " has a shard of "
                + chunk.sizes()
                + " at "
                + chunk.offsets()
                + ", outside of it");
      }
      missing -= chunk.sizes().numel();
      if (missing < 0) {
        throw wrong(name + " of " + tensor.shape() + " has shards that overlap");
      }
      if (chunk.sizes().numel() > 0) {
        chunks.add(chunk);
      }
    }
    if (missing > 0) {
      throw wrong(
          name + " of " + tensor.shape() + " has no shard for " + missing + " of its elements");
    }
    requireApart(name, tensor, chunks);
  }

  /** In the order of their first dimension few chunks need be compared with each other. */
  private void requireApart(String name, TensorValue tensor, List<Chunk> chunks)
      throws TensorFileException {
    if (chunks.size() < 2) {
      return;
    }
    chunks.sort(Comparator.comparingLong(chunk -> chunk.offsets().size(0)));
    for (int i = 0; i < chunks.size(); i++) {
      Chunk chunk = chunks.get(i);
      long end = chunk.offsets().size(0) + chunk.sizes().size(0);
      for (int j = i + 1; j < chunks.size() && chunks.get(j).offsets().size(0) < end; j++) {
        if (++comparisons > MOST_COMPARISONS) {
          throw wrong(name + " has more shards than can be checked");
        }
        if (chunk.overlaps(chunks.get(j))) {
          throw wrong(name + " of " + tensor.shape() + " has shards that overlap");
        }
      }
    }
  }

  /** Then all tensors together are no larger than the files. */
  private void requirePartsApart() throws TensorFileException {
    Map<String, TreeMap<Long, Long>> files = new LinkedHashMap<>();
    for (Part part : index.parts().values()) {
      if (part.offset() < 0
          || part.length() < 0
          || part.offset() > Long.MAX_VALUE - part.length()) {
        throw wrong("a part of " + part.length() + " bytes at byte " + part.offset());
      }
      TreeMap<Long, Long> ends = files.computeIfAbsent(part.file(), _ -> new TreeMap<>());
      long end = part.offset() + part.length();
      var before = ends.lowerEntry(end);
      if (ends.put(part.offset(), end) != null
          || before != null && before.getValue() > part.offset()) {
        throw wrong(
            "two parts of " + Excerpt.of(part.file()) + " overlap at byte " + part.offset());
      }
    }
    for (var file : files.entrySet()) {
      try (var in = FileInput.open(file(file.getKey()))) {
        long end = file.getValue().lastEntry().getValue();
        if (end > in.size()) {
          throw in.wrong(
              "has " + in.size() + " bytes, of " + end + " that the index says; it was cut off");
        }
      }
    }
  }

  /** A name of a file, not a way to another folder. */
  private Path file(String name) throws TensorFileException {
    if (!name.matches("[A-Za-z0-9_.-]{1,200}") || name.matches("\\.+")) {
      throw wrong("'" + Excerpt.of(name) + "' is no name of a file in this folder");
    }
    return folder.resolve(name);
  }

  // --------------------------------------------------------------------------------- assembling

  private Map<Object, Object> assemble() throws TensorFileException {
    Map<Object, Object> root = new LinkedHashMap<>();
    List<Tensor> made = new ArrayList<>();
    try {
      for (var entry : index.values().entrySet()) {
        String name = entry.getKey();
        Object value =
            switch (entry.getValue()) {
              case TensorValue tensor -> {
                Tensor whole = tensor(name, tensor);
                made.add(whole);
                yield whole;
              }
              case WholeValue _ -> read(found(name, index.part(name)));
            };
        place(root, name, value);
      }
      return root;
    } catch (TensorFileException | RuntimeException | Error e) {
      made.forEach(Tensor::release);
      throw e;
    }
  }

  private Part found(String name, Optional<Part> part) throws TensorFileException {
    return part.orElseThrow(
        () -> wrong("says nowhere in which file '" + Excerpt.of(name) + "' lies"));
  }

  private Object read(Part part) throws TensorFileException {
    try (var in = FileInput.open(file(part.file()))) {
      return TorchFile.read(in.part(part.offset(), part.length()), options);
    }
  }

  private Tensor tensor(String name, TensorValue plan) throws TensorFileException {
    long width = plan.dtype().bytes();
    for (Chunk chunk : plan.chunks()) {
      if (chunk.sizes().numel() > 0
          && found(name, index.part(name, chunk)).length() / width < chunk.sizes().numel()) {
        throw wrong("'" + Excerpt.of(name) + "': a part is smaller than its elements");
      }
    }
    Tensor whole = Tensor.empty(plan.shape(), plan.dtype(), Device.CPU);
    try (var _ = TensorScope.open()) {
      for (Chunk chunk : plan.chunks()) {
        if (chunk.sizes().numel() > 0) {
          Tensor target = whole;
          for (int dim = 0; dim < chunk.sizes().rank(); dim++) {
            target = target.narrow(dim, chunk.offsets().size(dim), chunk.sizes().size(dim));
          }
          target.copyFrom(shard(name, plan, chunk));
        }
      }
      return whole;
    } catch (TensorFileException | RuntimeException | Error e) {
      whole.release();
      throw e;
    }
  }

  private Tensor shard(String name, TensorValue plan, Chunk chunk) throws TensorFileException {
    Object shard = read(found(name, index.part(name, chunk)));
    if (shard instanceof Tensor tensor
        && tensor.shape().equals(chunk.sizes())
        && tensor.dtype() == plan.dtype()) {
      return tensor;
    }
    throw wrong(
        "'"
            + Excerpt.of(name)
            + "': a shard should be "
            + plan.dtype()
            + chunk.sizes()
            + " and is "
            + (shard instanceof Tensor tensor ? tensor.spec() : Unpickler.describe(shard)));
  }

  // ------------------------------------------------------------------------------------- places

  private void place(Map<Object, Object> root, String name, Object value)
      throws TensorFileException {
    List<Object> path = index.paths().getOrDefault(name, List.of(name));
    if (path.isEmpty() || path.size() > Tree.MOST_DEPTH) {
      throw wrong("'" + Excerpt.of(name) + "' has a place of " + path.size() + " steps");
    }
    Object container = root;
    for (int i = 0; i < path.size() - 1; i++) {
      Object inner = path.get(i + 1) instanceof String ? new LinkedHashMap<>() : new ArrayList<>();
      container = put(container, path.get(i), inner, false, name);
    }
    put(container, path.getLast(), value, true, name);
  }

  /** Puts a value where there is none, and returns the one that is there then. */
  @SuppressWarnings("unchecked") // containers are those made in place
  private Object put(Object container, Object step, Object value, boolean last, String name)
      throws TensorFileException {
    Object before;
    if (container instanceof LinkedHashMap<?, ?> map && step instanceof String) {
      before = ((Map<Object, Object>) map).putIfAbsent(step, value);
    } else if (container instanceof ArrayList<?> items
        && step instanceof Long at
        && at >= 0
        && at < index.values().size()) {
      var list = (List<Object>) items;
      for (; list.size() <= at; fillers++) {
        if (fillers > index.values().size()) {
          throw wrong("the lists have more places than there are values");
        }
        list.add(Optional.empty()); // Python's None
      }
      Object there = list.get(at.intValue());
      before = there.equals(Optional.empty()) ? null : there;
      if (before == null) {
        list.set(at.intValue(), value);
      }
    } else {
      throw wrong("'" + Excerpt.of(name) + "' has a place inside of what is no container for it");
    }
    if (before != null && last) {
      throw wrong("'" + Excerpt.of(name) + "' has the place of another value");
    }
    return before == null ? value : before;
  }
}
