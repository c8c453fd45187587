package dev.weft.fabric.data;

/** Checks of sample numbers. */
final class Indices {

  private Indices() {}

  static long check(long index, long size) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(
          "dataset: sample " + index + " of " + size + ": numbers start at 0");
    }
    return index;
  }

  static long[] check(long[] indices, long size) {
    for (long index : indices) {
      check(index, size);
    }
    return indices;
  }
}
