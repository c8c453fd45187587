package dev.weft.fabric.data;

import dev.weft.engine.Records;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Tensors inside records, lists, maps, arrays and optionals, however deeply nested. Whatever else
 * is in there stays as it is.
 */
final class Trees {

  private Trees() {}

  /** The same structure with every tensor replaced. */
  @SuppressWarnings("unchecked")
  static <T> T map(T tree, UnaryOperator<Tensor> change) {
    return (T) mapped(tree, change);
  }

  private static Object mapped(Object tree, UnaryOperator<Tensor> change) {
    return switch (tree) {
      case null ->
          throw new IllegalArgumentException(
              "a sample or batch holds null; use Optional for what may be absent");
      case Tensor tensor -> change.apply(tensor);
      case Record record -> Records.map(record, part -> mapped(part, change));
      case List<?> list -> list.stream().map(part -> mapped(part, change)).toList();
      case Map<?, ?> map -> {
        var result = new LinkedHashMap<Object, Object>();
        map.forEach((key, part) -> result.put(key, mapped(part, change)));
        yield Collections.unmodifiableMap(result);
      }
      case Tensor[] array -> {
        Tensor[] result = new Tensor[array.length];
        java.util.Arrays.setAll(result, i -> change.apply(array[i]));
        yield result;
      }
      case Optional<?> option -> option.map(part -> mapped(part, change));
      default -> tree;
    };
  }

  /** Calls {@code action} with every tensor. */
  static void forEach(Object tree, Consumer<Tensor> action) {
    switch (tree) {
      case null -> {}
      case Tensor tensor -> action.accept(tensor);
      case Record record -> Records.components(record).forEach(part -> forEach(part, action));
      case Iterable<?> items -> items.forEach(part -> forEach(part, action));
      case Map<?, ?> map -> map.values().forEach(part -> forEach(part, action));
      case Object[] array -> {
        for (Object part : array) {
          forEach(part, action);
        }
      }
      case Optional<?> option -> option.ifPresent(part -> forEach(part, action));
      default -> {}
    }
  }

  /** Gives back the memory of every tensor in it. */
  static void release(Object tree) {
    forEach(tree, Tensor::release);
  }

  /** Joins trees of one structure: the tensors at each place become one. */
  static <T> T zip(List<T> trees, Function<List<Tensor>, Tensor> join) {
    var rows = new ArrayList<List<Tensor>>(trees.size());
    for (T tree : trees) {
      var tensors = new ArrayList<Tensor>();
      forEach(tree, tensors::add);
      rows.add(tensors);
    }
    int[] at = {0};
    return map(
        trees.getFirst(),
        first -> {
          int place = at[0]++;
          return join.apply(rows.stream().map(row -> row.get(place)).toList());
        });
  }
}
