package dev.weft.engine.io;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.RandomAccess;

/**
 * A Python tuple: a list that cannot be changed, so that {@link TorchFile#write} tells it from a
 * list. Equal to any list with equal items.
 *
 * <p>Immutable, if its items are. Ordered, so that a map with many tuples as keys stays fast
 * whatever their hash codes are.
 */
public final class Tuple extends AbstractList<Object> implements RandomAccess, Comparable<Tuple> {

  private final Object[] items;

  private Tuple(Object[] items) {
    this.items = items;
  }

  /** The tuple of these items. */
  public static Tuple of(Object... items) {
    return new Tuple(items.clone());
  }

  /** The tuple of these items. */
  public static Tuple copyOf(Collection<?> items) {
    return new Tuple(items.toArray());
  }

  /** A tuple over an array that nobody else has. */
  static Tuple over(Object[] items) {
    return new Tuple(items);
  }

  /** For the reader, which puts tensors in when it has them. */
  void replace(int index, Object item) {
    items[index] = item;
  }

  @Override
  public Object get(int index) {
    return items[index];
  }

  @Override
  public int size() {
    return items.length;
  }

  /**
   * By item; shorter before longer. Items of different types are in the order of their types'
   * names, items of a type without an order are alike.
   */
  @Override
  public int compareTo(Tuple other) {
    for (int i = 0; i < Math.min(items.length, other.items.length); i++) {
      int order = compare(items[i], other.items[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(items.length, other.items.length);
  }

  @SuppressWarnings("unchecked")
  private static int compare(Object a, Object b) {
    if (a.getClass() != b.getClass()) {
      return a.getClass().getName().compareTo(b.getClass().getName());
    }
    return a instanceof Comparable<?> ? ((Comparable<Object>) a).compareTo(b) : 0;
  }

  /** As Python prints it: {@code (1, 2)} and {@code (1,)}. */
  @Override
  public String toString() {
    String inner = Arrays.toString(items);
    String trimmed = inner.substring(1, inner.length() - 1);
    return "(" + trimmed + (items.length == 1 ? ",)" : ")");
  }
}
