package dev.weft.fabric.comm;

/**
 * How a row of elements is split among ranks. Which rank combines an element does not change its
 * value.
 */
final class Parts {

  /**
   * Parts begin at multiples of this many elements, so that no two ranks write to one cache line.
   */
  private static final long ALIGNMENT = 64;

  private Parts() {}

  /** Where part {@code index} of {@code parts} begins; for {@code index == parts} the end. */
  static long begin(long count, int parts, int index) {
    if (index == parts) {
      return count;
    }
    long exact = count / parts * index + count % parts * index / parts;
    return exact / ALIGNMENT * ALIGNMENT;
  }
}
