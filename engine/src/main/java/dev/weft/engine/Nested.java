package dev.weft.engine;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Walks values that users nest in each other: records, lists, maps, arrays and optionals. Sets,
 * strings and any other object are leaves. Order and structure stay; what is changed nowhere is
 * returned as the same object.
 */
public final class Nested {

  private Nested() {}

  /** The same structure, in which every tensor went through {@code change}. */
  public static <T> T mapTensors(T value, UnaryOperator<Tensor> change) {
    return mapLeaves(value, leaf -> leaf instanceof Tensor tensor ? change.apply(tensor) : leaf);
  }

  /** The same structure, in which every leaf that is not null went through {@code change}. */
  @SuppressWarnings({
    "unchecked",
    "NullAway"
  }) // changes keep types; null comes out where it went in
  public static <T> T mapLeaves(T value, UnaryOperator<Object> change) {
    return (T) mapped(value, change);
  }

  /** Calls {@code action} with every tensor, in order. */
  public static void forEachTensor(@Nullable Object value, Consumer<Tensor> action) {
    forEachLeaf(
        value,
        leaf -> {
          if (leaf instanceof Tensor tensor) {
            action.accept(tensor);
          }
        });
  }

  /** Calls {@code action} with every leaf that is not null, in order. */
  public static void forEachLeaf(@Nullable Object value, Consumer<Object> action) {
    var _ =
        mapped(
            value,
            leaf -> {
              action.accept(leaf);
              return leaf;
            });
  }

  private static @Nullable Object mapped(@Nullable Object value, UnaryOperator<Object> change) {
    return switch (value) {
      case null -> null;
      case Tensor tensor -> change.apply(tensor);
      case Record record -> record(record, change);
      case List<?> list -> list(list, change);
      case Map<?, ?> map -> map(map, change);
      case Object[] array -> array(array, change);
      case Optional<?> option -> option(option, change);
      default -> change.apply(value);
    };
  }

  @SuppressWarnings("NullAway") // null stays null
  private static Object record(Record record, UnaryOperator<Object> change) {
    List<Object> before = Records.components(record);
    Object[] after = new Object[before.size()];
    boolean changed = false;
    for (int i = 0; i < after.length; i++) {
      after[i] = mapped(before.get(i), change);
      changed |= after[i] != before.get(i);
    }
    return changed ? Records.build(record.getClass(), after) : record;
  }

  private static Object list(List<?> list, UnaryOperator<Object> change) {
    var after = new ArrayList<@Nullable Object>(list.size());
    boolean changed = false;
    for (Object item : list) {
      Object mapped = mapped(item, change);
      after.add(mapped);
      changed |= mapped != item;
    }
    return changed ? after : list;
  }

  private static Object map(Map<?, ?> map, UnaryOperator<Object> change) {
    Map<Object, @Nullable Object> after = emptyLike(map);
    boolean changed = false;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object mapped = mapped(entry.getValue(), change);
      after.put(entry.getKey(), mapped);
      changed |= mapped != entry.getValue();
    }
    return changed ? after : map;
  }

  /** A map with the order of {@code map}. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // its keys come from a map of the same kind
  private static Map<Object, @Nullable Object> emptyLike(Map<?, ?> map) {
    return switch (map) {
      case SortedMap<?, ?> sorted -> new TreeMap(sorted.comparator());
      case EnumMap<?, ?> byEnum -> {
        EnumMap copy = byEnum.clone();
        copy.clear();
        yield copy;
      }
      default -> new LinkedHashMap<>();
    };
  }

  @SuppressWarnings("NullAway") // null stays null
  private static Object array(Object[] array, UnaryOperator<Object> change) {
    Object[] after =
        (Object[]) Array.newInstance(array.getClass().getComponentType(), array.length);
    boolean changed = false;
    for (int i = 0; i < array.length; i++) {
      after[i] = mapped(array[i], change);
      changed |= after[i] != array[i];
    }
    return changed ? after : array;
  }

  private static Object option(Optional<?> option, UnaryOperator<Object> change) {
    if (option.isEmpty()) {
      return option;
    }
    Object mapped = mapped(option.get(), change);
    return mapped == option.get() ? option : Optional.ofNullable(mapped);
  }

  /** All tensors of a value, in order. */
  public static List<Tensor> tensors(@Nullable Object value) {
    var tensors = new ArrayList<Tensor>();
    forEachTensor(value, tensors::add);
    return Collections.unmodifiableList(tensors);
  }

  /** What a value is, for messages: {@code List}, {@code Metrics}, {@code int}. */
  public static String describe(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Tensor tensor -> "Tensor " + tensor.spec();
      case Collection<?> items -> items.getClass().getSimpleName() + " of " + items.size();
      case Object[] array -> Arrays.toString(array);
      default -> value.getClass().getSimpleName();
    };
  }
}
