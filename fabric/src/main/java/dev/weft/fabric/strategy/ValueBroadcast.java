package dev.weft.fabric.strategy;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Records;
import dev.weft.engine.Scope;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.comm.WireValues;
import dev.weft.fabric.comm.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends a value of plain parts to all ranks: its structure as bytes, its tensors one by one behind
 * it. Records and enums are rebuilt only as classes that occur in the receiver's own value, so the
 * bytes can name no class that the receiver did not use here itself.
 */
final class ValueBroadcast {

  private static final int MOST_BYTES = 1 << 30;

  // What the parts that WireValues does not know become on their way.

  /** A tensor, whose elements follow by themselves. */
  private record TensorPart(String dtype, List<@Nullable Object> sizes) {}

  private record OptionalPart(List<@Nullable Object> content) {}

  private record EnumPart(String type, String constant) {}

  private record RecordPart(String type, List<@Nullable Object> components) {}

  private static final WireValues WIRE =
      WireValues.plain()
          .with(
              "tensor",
              TensorPart.class,
              part -> List.of(part.dtype, part.sizes),
              plain -> new TensorPart((String) at(plain, 0), list(at(plain, 1))))
          .with(
              "optional",
              OptionalPart.class,
              OptionalPart::content,
              plain -> new OptionalPart(list(plain)))
          .with(
              "enum",
              EnumPart.class,
              part -> List.of(part.type, part.constant),
              plain -> new EnumPart((String) at(plain, 0), (String) at(plain, 1)))
          .with(
              "record",
              RecordPart.class,
              part -> List.of(part.type, part.components),
              plain -> new RecordPart((String) at(plain, 0), list(at(plain, 1))));

  private static Object at(Object list, int index) {
    return ((List<?>) list).get(index);
  }

  @SuppressWarnings("unchecked") // it is read as objects only
  private static List<@Nullable Object> list(Object list) {
    return (List<@Nullable Object>) list;
  }

  private final Communicator communicator;
  private final Device device;
  private final List<Tensor> tensors = new ArrayList<>();

  ValueBroadcast(Communicator communicator, Device device) {
    this.communicator = communicator;
    this.device = device;
  }

  @Nullable Object run(@Nullable Object value, int source) {
    Object result;
    if (communicator.rank() == source) {
      communicator.broadcastBytes(WIRE.encode(plain(value)), source, MOST_BYTES);
      result = value;
    } else {
      Object plain = WIRE.decode(communicator.broadcastBytes(new byte[0], source, MOST_BYTES));
      Map<String, Class<?>> known = new HashMap<>();
      types(value).forEach(type -> known.put(type.getName(), type));
      try (Scope _ = Context.current().withGrad(false)) {
        result = rebuilt(plain, known);
      }
    }
    var works = new ArrayList<Work>();
    tensors.forEach(tensor -> works.add(communicator.broadcast(tensor, source)));
    works.forEach(Work::await);
    return result;
  }

  private @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case Tensor tensor -> {
        tensors.add(tensor.detach());
        List<@Nullable Object> sizes = new ArrayList<>();
        for (long size : tensor.shape().sizes()) {
          sizes.add(size);
        }
        yield new TensorPart(tensor.dtype().toString(), sizes);
      }
      case Optional<?> option -> new OptionalPart(plainAll(option.stream().toList()));
      case Enum<?> constant ->
          new EnumPart(constant.getDeclaringClass().getName(), constant.name());
      case Record record ->
          new RecordPart(record.getClass().getName(), plainAll(Records.components(record)));
      case List<?> list -> plainAll(list);
      case Object[] array -> plainAll(Arrays.asList(array));
      case Map<?, ?> map -> {
        Map<@Nullable Object, @Nullable Object> plain = new LinkedHashMap<>();
        map.forEach((key, part) -> plain.put(plain(key), plain(part)));
        yield plain;
      }
      case null, default -> value;
    };
  }

  private List<@Nullable Object> plainAll(List<?> values) {
    List<@Nullable Object> plain = new ArrayList<>();
    values.forEach(part -> plain.add(plain(part)));
    return plain;
  }

  private @Nullable Object rebuilt(@Nullable Object plain, Map<String, Class<?>> known) {
    return switch (plain) {
      case TensorPart(String dtype, List<@Nullable Object> sizes) -> {
        long[] shape = sizes.stream().mapToLong(size -> (Long) size).toArray();
        Tensor tensor = Tensor.empty(Shape.of(shape), DType.of(dtype), device);
        tensors.add(tensor);
        yield tensor;
      }
      case OptionalPart(List<@Nullable Object> content) ->
          content.isEmpty()
              ? Optional.empty()
              : Optional.ofNullable(rebuilt(content.getFirst(), known));
      case EnumPart(String type, String constant) ->
          Arrays.stream(type(type, known).getEnumConstants())
              .filter(each -> ((Enum<?>) each).name().equals(constant))
              .findFirst()
              .orElseThrow();
      case RecordPart(String type, List<@Nullable Object> components) ->
          Records.build(type(type, known), rebuiltAll(components, known).toArray());
      case List<?> list -> rebuiltAll(list, known);
      case Map<?, ?> map -> {
        Map<@Nullable Object, @Nullable Object> result = new LinkedHashMap<>();
        map.forEach((key, part) -> result.put(rebuilt(key, known), rebuilt(part, known)));
        yield result;
      }
      case null, default -> plain;
    };
  }

  private List<@Nullable Object> rebuiltAll(List<?> plain, Map<String, Class<?>> known) {
    List<@Nullable Object> result = new ArrayList<>();
    plain.forEach(part -> result.add(rebuilt(part, known)));
    return result;
  }

  private static Class<?> type(String name, Map<String, Class<?>> known) {
    Class<?> type = known.get(name);
    if (type == null) {
      throw new IllegalArgumentException(
          "broadcast: a "
              + name
              + " arrived, but this rank passed none itself; pass a value of the same structure on"
              + " every rank");
    }
    return type;
  }

  /** The classes of the records and enums that occur in {@code value}. */
  private static Set<Class<?>> types(@Nullable Object value) {
    Set<Class<?>> types = new LinkedHashSet<>();
    collect(value, types, Collections.newSetFromMap(new IdentityHashMap<>()));
    return types;
  }

  private static void collect(@Nullable Object value, Set<Class<?>> types, Set<Object> open) {
    if (value == null || !open.add(value)) {
      return;
    }
    switch (value) {
      case Record record -> {
        types.add(record.getClass());
        Records.components(record).forEach(part -> collect(part, types, open));
      }
      case Enum<?> constant -> types.add(constant.getDeclaringClass());
      case List<?> list -> list.forEach(part -> collect(part, types, open));
      case Object[] array -> Arrays.asList(array).forEach(part -> collect(part, types, open));
      case Map<?, ?> map ->
          map.forEach(
              (key, part) -> {
                collect(key, types, open);
                collect(part, types, open);
              });
      case Optional<?> option -> option.ifPresent(part -> collect(part, types, open));
      default -> {}
    }
    open.remove(value);
  }
}
