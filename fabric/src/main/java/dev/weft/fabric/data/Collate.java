package dev.weft.fabric.data;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Records;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Ways to make one batch of a list of samples. */
public final class Collate {

  private Collate() {}

  /**
   * Stacks samples along a new dimension 0, keeping their type: a record of tensors becomes a
   * record of the same class with stacked tensors, likewise lists and maps. What loaders do by
   * default.
   *
   * <p>Inside records, lists and maps numbers become a tensor (whole ones int64, {@code Float}
   * float32, {@code Double} float64, {@code Boolean} bool), and anything else a list. A record
   * whose component cannot hold that, such as an {@code int}, is refused: declare it {@code
   * Tensor}, or collate yourself.
   */
  public static <T> Function<List<T>, T> stack() {
    return Collate::stackSamples;
  }

  /** A tensor of the samples' values: see {@link #stack} for its dtype. */
  public static <N extends Number> Function<List<N>, Tensor> numbers() {
    return Collate::row;
  }

  /** The samples as they are. */
  public static <T> Function<List<T>, List<T>> list() {
    return List::copyOf;
  }

  @SuppressWarnings("unchecked")
  private static <T> T stackSamples(List<T> samples) {
    T first = samples.getFirst();
    return switch (first) {
      case Tensor _, Record _, List<?> _, Map<?, ?> _ -> (T) join(samples, "sample");
      case Number _, Boolean _ ->
          throw new IllegalArgumentException(
              "collate: samples are "
                  + first.getClass().getSimpleName()
                  + ", but a batch of them is a tensor; build the loader with"
                  + " collate(Collate.numbers())");
      default ->
          throw new IllegalArgumentException(
              "collate: samples of "
                  + first.getClass().getName()
                  + " cannot be stacked; build the loader with collate(Collate.list()), or with a"
                  + " function of your own");
    };
  }

  private static Object join(List<?> parts, String place) {
    Object first = parts.getFirst();
    Class<?> kind = kind(first, place);
    for (Object part : parts) {
      if (kind(part, place) != kind) {
        throw new IllegalArgumentException(
            "collate: "
                + place
                + " is a "
                + kind.getSimpleName()
                + " in one sample and a "
                + kind(part, place).getSimpleName()
                + " in another");
      }
    }
    return switch (first) {
      case Tensor _ -> stackTensors(parts.stream().map(Tensor.class::cast).toList(), place);
      case Record record -> joinRecords(record, parts, place);
      case List<?> list -> joinLists(list, parts, place);
      case Map<?, ?> map -> joinMaps(map, parts, place);
      case Number _, Boolean _ -> row(parts);
      default -> List.copyOf(parts);
    };
  }

  private static Class<?> kind(Object part, String place) {
    return switch (part) {
      case null -> throw new IllegalArgumentException("collate: " + place + " is null");
      case Tensor _ -> Tensor.class;
      case List<?> _ -> List.class;
      case Map<?, ?> _ -> Map.class;
      default -> part.getClass();
    };
  }

  private static Object joinRecords(Record first, List<?> parts, String place) {
    Class<? extends Record> type = first.getClass();
    RecordComponent[] components = type.getRecordComponents();
    var rows = parts.stream().map(part -> Records.components((Record) part)).toList();
    Object[] joined = new Object[components.length];
    for (int i = 0; i < joined.length; i++) {
      int column = i;
      String inside = place + "." + components[i].getName();
      joined[i] = join(rows.stream().map(row -> row.get(column)).toList(), inside);
      if (!components[i].getType().isInstance(joined[i])) {
        throw new IllegalArgumentException(
            "collate: component '"
                + components[i].getName()
                + "' of record "
                + type.getSimpleName()
                + " is declared "
                + components[i].getType().getSimpleName()
                + ", which cannot hold a batch ("
                + (joined[i] instanceof Tensor ? "a Tensor" : "a List")
                + "); change its type, or build the loader with collate(…)");
      }
    }
    return Records.build(type, joined);
  }

  private static Object joinLists(List<?> first, List<?> parts, String place) {
    var joined = new ArrayList<Object>(first.size());
    for (Object part : parts) {
      int size = ((List<?>) part).size();
      if (size != first.size()) {
        throw new IllegalArgumentException(
            "collate: "
                + place
                + " has "
                + first.size()
                + " elements in one sample and "
                + size
                + " in another");
      }
    }
    for (int i = 0; i < first.size(); i++) {
      int column = i;
      joined.add(
          join(
              parts.stream().<Object>map(part -> ((List<?>) part).get(column)).toList(),
              place + "[" + i + "]"));
    }
    return Collections.unmodifiableList(joined);
  }

  private static Object joinMaps(Map<?, ?> first, List<?> parts, String place) {
    for (Object part : parts) {
      if (!((Map<?, ?>) part).keySet().equals(first.keySet())) {
        throw new IllegalArgumentException(
            "collate: "
                + place
                + " has keys "
                + first.keySet()
                + " in one sample and "
                + ((Map<?, ?>) part).keySet()
                + " in another");
      }
    }
    var joined = new LinkedHashMap<Object, Object>();
    for (Object key : first.keySet()) {
      joined.put(
          key,
          join(
              parts.stream().<Object>map(part -> ((Map<?, ?>) part).get(key)).toList(),
              place + "['" + key + "']"));
    }
    return Collections.unmodifiableMap(joined);
  }

  private static Tensor row(List<?> values) {
    return switch (values.getFirst()) {
      case Boolean _ -> {
        boolean[] row = new boolean[values.size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = (Boolean) values.get(i);
        }
        yield Tensor.of(row);
      }
      case Float _ -> {
        float[] row = new float[values.size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = ((Number) values.get(i)).floatValue();
        }
        yield Tensor.of(row);
      }
      case Long _, Integer _, Short _, Byte _ ->
          Tensor.of(values.stream().mapToLong(value -> ((Number) value).longValue()).toArray());
      default ->
          Tensor.of(values.stream().mapToDouble(value -> ((Number) value).doubleValue()).toArray());
    };
  }

  private static Tensor stackTensors(List<Tensor> tensors, String place) {
    Tensor first = tensors.getFirst();
    for (Tensor tensor : tensors) {
      if (!tensor.shape().equals(first.shape())) {
        throw new ShapeException(
            "collate: "
                + place
                + " has shape "
                + first.shape()
                + " in one sample and "
                + tensor.shape()
                + " in another; pad them in a transform, or build the loader with collate(…)");
      }
    }
    boolean plain =
        tensors.stream()
            .allMatch(t -> t.device().isCpu() && t.isContiguous() && t.dtype() == first.dtype());
    return plain ? copyRows(tensors, first) : Tensor.stack(tensors, 0);
  }

  /** Rows that only have to be copied next to each other. */
  private static Tensor copyRows(List<Tensor> tensors, Tensor first) {
    DType dtype = first.dtype();
    Tensor batch = Tensor.empty(first.shape().insert(0, tensors.size()), dtype, Device.CPU);
    long bytes = first.numel() * dtype.bytes();
    MemorySegment target = batch.segment();
    for (int i = 0; i < tensors.size(); i++) {
      MemorySegment.copy(tensors.get(i).segment(), 0, target, i * bytes, bytes);
    }
    return batch;
  }

  /** What {@link #stack} is called in messages. */
  static String describe(long[] indices) {
    return indices.length <= 8
        ? Arrays.toString(indices)
        : Arrays.toString(Arrays.copyOf(indices, 8)).replace("]", ", …]");
  }
}
