package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the file {@code .metadata} of a sharded checkpoint says: which values there are, of which
 * chunks tensors are made, and in which part of which file each lies.
 *
 * <p>Source: the classes in PyTorch's {@code torch.distributed.checkpoint.metadata} and {@code
 * .filesystem}, as PyTorch 2.0 to 2.13 pickles them.
 *
 * @param values by the flat names that the file has for them, in its order
 * @param paths of flat names: where the value belongs, names of dictionaries and positions in lists
 * @param parts by {@link Key#text}
 */
record ShardIndex(
    Map<String, Value> values, Map<String, List<Object>> paths, Map<String, Part> parts) {

  private static final String METADATA = "torch.distributed.checkpoint.metadata.";

  /** A value of the checkpoint. */
  sealed interface Value {}

  /** A tensor and how it was cut. */
  record TensorValue(DType dtype, Shape shape, List<Chunk> chunks) implements Value {}

  /** Anything else, pickled as a whole. */
  record WholeValue() implements Value {}

  /** A box within a tensor. */
  record Chunk(Shape offsets, Shape sizes) {
    boolean overlaps(Chunk other) {
      for (int dim = 0; dim < sizes.rank(); dim++) {
        if (offsets.size(dim) >= other.end(dim) || other.offsets.size(dim) >= end(dim)) {
          return false;
        }
      }
      return true;
    }

    /** Not beyond 64 bits in a chunk that is {@link #isInside}. */
    private long end(int dim) {
      return offsets.size(dim) + sizes.size(dim);
    }

    boolean isInside(Shape shape) {
      if (offsets.rank() != shape.rank() || sizes.rank() != shape.rank()) {
        return false;
      }
      for (int dim = 0; dim < shape.rank(); dim++) {
        if (offsets.size(dim) > shape.size(dim)
            || sizes.size(dim) > shape.size(dim) - offsets.size(dim)) {
          return false;
        }
      }
      return true;
    }
  }

  /** Where a chunk or a whole value lies: a file of {@code torch.save} within a file. */
  record Part(String file, long offset, long length) {}

  /** What a part is of. */
  record Key(String name, Optional<Shape> offsets) {
    /** Text, because a table with text as keys stays fast whatever a file has for keys. */
    String text() {
      return offsets.map(place -> Arrays.toString(place.sizes())).orElse("") + name;
    }
  }

  /** The part with a chunk of a tensor. */
  Optional<Part> part(String name, Chunk chunk) {
    return Optional.ofNullable(parts.get(new Key(name, Optional.of(chunk.offsets)).text()));
  }

  /** The part with a whole value. */
  Optional<Part> part(String name) {
    return Optional.ofNullable(parts.get(new Key(name, Optional.empty()).text()));
  }

  // ----------------------------------------------------------------------------------- reading

  /** Reads the index; what it says is not compared with the files yet. */
  static ShardIndex read(FileInput in, long heapBytes) throws TensorFileException {
    var data = new PickleInput(in, "pickle", 0, in.size());
    var budget = new Budget(heapBytes + 8 * in.size());
    Object value = new Unpickler(data, budget, CLASSES, new LinkedHashMap<>()).load();
    if (data.left() != 0) {
      throw data.wrong(data.left() + " bytes follow the end of the pickle");
    }
    var tree = new Tree(value, in.size(), in, budget);
    tree.check();
    if (tree.complete(Map.of()) instanceof ShardIndex index) {
      return index;
    }
    throw in.wrong("is no description of a sharded checkpoint but another pickle");
  }

  /** The classes that may occur, and no others. */
  private static final Map<String, TorchFile.Decoder> CLASSES = new LinkedHashMap<>();

  static {
    CLASSES.put(METADATA + "Metadata", (_, state) -> index(attributes(state)));
    CLASSES.put(METADATA + "TensorStorageMetadata", (_, state) -> tensor(attributes(state)));
    CLASSES.put(METADATA + "BytesStorageMetadata", (_, _) -> new WholeValue());
    CLASSES.put(METADATA + "ChunkStorageMetadata", (_, state) -> chunk(attributes(state)));
    CLASSES.put(METADATA + "MetadataIndex", new KeyReader());
    CLASSES.put(METADATA + "StorageMeta", (_, _) -> "");
    CLASSES.put("torch.distributed.checkpoint.filesystem._StorageInfo", ShardIndex::part);
    for (String module : List.of(METADATA, "torch.distributed._shard.sharded_tensor.metadata.")) {
      CLASSES.put(module + "TensorProperties", (_, state) -> dtype(state));
      CLASSES.put(module + "_MEM_FORMAT_ENCODING", (_, _) -> "");
      CLASSES.put(module + "MEM_FORMAT_ENCODING", (_, _) -> "");
    }
    CLASSES.put("torch.serialization._get_layout", ShardIndex::layout);
    for (String module : List.of("pathlib.", "pathlib._local.")) { // where it was written
      CLASSES.put(module + "PosixPath", (_, _) -> "");
      CLASSES.put(module + "WindowsPath", (_, _) -> "");
    }
  }

  private static final class KeyReader implements Pickled.KeyDecoder {
    @Override
    public Object decode(List<Object> arguments, Optional<Object> state) {
      Map<?, ?> attributes = attributes(state);
      Optional<Shape> offsets =
          attributes.get("offset") instanceof Shape shape ? Optional.of(shape) : Optional.empty();
      return new Key(require(String.class, attributes, "fqn"), offsets);
    }
  }

  private static Map<?, ?> attributes(Optional<Object> state) {
    if (state.orElse(Map.of()) instanceof Map<?, ?> attributes) {
      return attributes;
    }
    throw new IllegalArgumentException("its state is no dictionary");
  }

  private static <T> T require(Class<T> type, Map<?, ?> attributes, String name) {
    Object value = attributes.get(name);
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw new IllegalArgumentException(
        "'" + name + "' is " + (value == null ? "missing" : Unpickler.describe(value)));
  }

  private static ShardIndex index(Map<?, ?> attributes) {
    Map<String, Value> values = new LinkedHashMap<>();
    require(Map.class, attributes, "state_dict_metadata")
        .forEach((name, value) -> values.put(text(name), as(Value.class, value)));
    Map<String, List<Object>> paths = new LinkedHashMap<>();
    if (attributes.get("planner_data") instanceof Map<?, ?> planned) {
      planned.forEach((name, path) -> paths.put(text(name), path(path)));
    }
    Map<String, Part> parts = new LinkedHashMap<>();
    require(Map.class, attributes, "storage_data")
        .forEach((key, part) -> parts.put(key(key).text(), as(Part.class, part)));
    return new ShardIndex(values, paths, parts);
  }

  private static String text(Object value) {
    return as(String.class, value);
  }

  private static <T> T as(Class<T> type, Object value) {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw new IllegalArgumentException("there is " + Unpickler.describe(value) + " in it");
  }

  /** Keys of a table are left as they were when it was read. */
  private static Key key(Object key) {
    return as(Key.class, as(Pickled.UserObject.class, key).build(Map.of()));
  }

  private static List<Object> path(Object value) {
    List<?> path = as(List.class, value);
    for (Object step : path) {
      if (!(step instanceof String || step instanceof Long)) {
        throw new IllegalArgumentException("a place is " + Unpickler.describe(step));
      }
    }
    return new ArrayList<>(path);
  }

  private static TensorValue tensor(Map<?, ?> attributes) {
    List<Chunk> chunks = new ArrayList<>();
    for (Object chunk : require(List.class, attributes, "chunks")) {
      chunks.add(as(Chunk.class, chunk));
    }
    return new TensorValue(
        require(DType.class, attributes, "properties"),
        require(Shape.class, attributes, "size"),
        chunks);
  }

  private static Chunk chunk(Map<?, ?> attributes) {
    return new Chunk(
        require(Shape.class, attributes, "offsets"), require(Shape.class, attributes, "sizes"));
  }

  private static Part part(List<Object> arguments, Optional<Object> state) {
    Map<?, ?> attributes = attributes(state);
    if (attributes.get("transform_descriptors") instanceof List<?> list && !list.isEmpty()) {
      throw new IllegalArgumentException(
          "its bytes were transformed by "
              + Excerpt.of(list.toString())
              + ", which is not supported; save without extensions");
    }
    return new Part(
        require(String.class, attributes, "relative_path"),
        require(Long.class, attributes, "offset"),
        require(Long.class, attributes, "length"));
  }

  /** Of all properties only the dtype matters: how the elements lay in memory is of the past. */
  private static Object dtype(Optional<Object> state) {
    if (state.orElse("") instanceof List<?> properties && !properties.isEmpty()) {
      return as(DType.class, properties.getFirst());
    }
    throw new IllegalArgumentException("its state is no tuple of properties");
  }

  private static Object layout(List<Object> arguments, Optional<Object> state) {
    if (!arguments.equals(List.of("torch.strided"))) {
      throw new IllegalArgumentException(
          "a tensor of the layout "
              + Excerpt.of(arguments.toString())
              + ", which is not supported; save x.to_dense() instead");
    }
    return "";
  }
}
