package dev.weft.engine;

/** What {@code pad} puts outside a tensor. */
public enum PadMode {
  /** One value. */
  CONSTANT,
  /** The elements mirrored at the border, which is not repeated: c b | a b c | b a. */
  REFLECT,
  /** The border: a a | a b c | c c. */
  REPLICATE,
  /** The elements from the other end: b c | a b c | a b. */
  CIRCULAR;

  /** Which element of a row of {@code n} stands at {@code i}, which may lie outside. */
  long source(long i, long n) {
    return switch (this) {
      case REFLECT -> i < 0 ? -i : i < n ? i : 2 * (n - 1) - i;
      case REPLICATE -> Math.clamp(i, 0, n - 1);
      case CIRCULAR -> Math.floorMod(i, n);
      case CONSTANT -> throw new IllegalStateException("a constant stands for no element");
    };
  }

  /** The most that can be put on one side of a row of {@code n}. */
  long limit(long n) {
    return switch (this) {
      case CONSTANT -> Long.MAX_VALUE;
      case REFLECT -> Math.max(0, n - 1);
      case REPLICATE -> n > 0 ? Long.MAX_VALUE : 0;
      case CIRCULAR -> n;
    };
  }
}
