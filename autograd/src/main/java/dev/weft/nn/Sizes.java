package dev.weft.nn;

import dev.weft.engine.Shape;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Settings that are one number per spatial dimension, or one for all of them. */
final class Sizes {

  private Sizes() {}

  static List<Long> list(long... values) {
    return Arrays.stream(values).boxed().toList();
  }

  static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  static Shape shape(List<Long> values) {
    return Shape.of(array(values));
  }

  /** The last {@code dims} sizes of a shape. */
  static Shape spatial(Shape shape, int dims) {
    return shape.slice(shape.rank() - dims, shape.rank());
  }

  /** One number per dimension: those given, or the one given for all. */
  static List<Long> each(String where, String setting, List<Long> values, int dims) {
    if (values.size() == dims) {
      return values;
    }
    if (values.size() == 1) {
      return Collections.nCopies(dims, values.getFirst());
    }
    throw new IllegalArgumentException(
        where
            + ": "
            + setting
            + " "
            + values
            + ": needs one number, or "
            + dims
            + ", one per dimension");
  }

  static void requireAtLeast(String where, String setting, List<Long> values, long least) {
    for (long value : values) {
      if (value < least) {
        throw new IllegalArgumentException(
            where + ": " + setting + " " + values + ": must be at least " + least);
      }
    }
  }

  /** As Python prints a tuple: {@code (3, 3)}, {@code (3,)}. */
  static String python(List<Long> values) {
    return values.stream()
        .map(String::valueOf)
        .collect(Collectors.joining(", ", "(", values.size() == 1 ? ",)" : ")"));
  }
}
