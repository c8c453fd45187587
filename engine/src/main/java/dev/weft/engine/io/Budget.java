package dev.weft.engine.io;

/**
 * What reading a file may still take of the heap, by estimate. A few bytes of a pickle can ask for
 * many objects, so what is made is counted as it is made.
 */
final class Budget {

  // Estimates for a 64-bit JVM with compressed pointers, rounded up.
  static final int REFERENCE = 8;
  static final int NUMBER = 24;
  static final int TEXT = 56;
  static final int LIST = 96;
  static final int MAP = 160;
  static final int MAP_ENTRY = 72;
  static final int TUPLE = 56;
  static final int TENSOR = 320;

  private final long limit;
  private long spent;

  Budget(long limit) {
    this.limit = limit;
  }

  /** Counts {@code bytes}; false when that is too much. */
  boolean spend(long bytes) {
    spent += bytes;
    return spent <= limit;
  }

  long limit() {
    return limit;
  }
}
