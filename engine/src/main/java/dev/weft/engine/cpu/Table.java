package dev.weft.engine.cpu;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/** One value per constant of an enum, made when first asked for. Thread-safe. */
final class Table<E extends Enum<E>, V> {

  private final AtomicReferenceArray<V> values;
  private final Function<E, V> maker;

  Table(Class<E> keys, Function<E, V> maker) {
    this.values = new AtomicReferenceArray<>(keys.getEnumConstants().length);
    this.maker = maker;
  }

  V get(E key) {
    V value = values.get(key.ordinal());
    return value != null ? value : make(key);
  }

  private synchronized V make(E key) {
    V value = values.get(key.ordinal());
    if (value == null) {
      value = maker.apply(key);
      values.set(key.ordinal(), value);
    }
    return value;
  }
}
