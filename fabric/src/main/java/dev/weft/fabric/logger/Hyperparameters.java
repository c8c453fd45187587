package dev.weft.fabric.logger;

import dev.weft.engine.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings of a run as loggers take them: one level of names, plain values. */
final class Hyperparameters {

  private Hyperparameters() {}

  /**
   * Nested maps, records and lists of maps become names joined by {@code /}; numbers, booleans,
   * text and tensors of one element stay; everything else becomes its text.
   */
  static Map<String, Object> flat(Map<?, ?> params) {
    Map<String, Object> flat = new LinkedHashMap<>();
    params.forEach((name, value) -> add(flat, String.valueOf(name), value));
    return flat;
  }

  private static void add(
      Map<String, Object> flat, String name, @org.jspecify.annotations.Nullable Object value) {
    switch (value) {
      case null -> flat.put(name, "None");
      case Map<?, ?> map -> map.forEach((key, part) -> add(flat, name + "/" + key, part));
      case Record record -> {
        var names = record.getClass().getRecordComponents();
        var parts = dev.weft.engine.Records.components(record);
        for (int i = 0; i < names.length; i++) {
          add(flat, name + "/" + names[i].getName(), parts.get(i));
        }
      }
      case Collection<?> items
          when !items.isEmpty() && items.stream().allMatch(Map.class::isInstance) -> {
        int index = 0;
        for (Object item : items) {
          add(flat, name + "/" + index++, item);
        }
      }
      case Boolean bool -> flat.put(name, bool);
      case Number number -> flat.put(name, number);
      case Tensor tensor when tensor.numel() == 1 -> flat.put(name, tensor.item());
      case CharSequence text -> flat.put(name, text.toString());
      case Class<?> type -> flat.put(name, type.getSimpleName());
      default -> flat.put(name, value.toString());
    }
  }
}
