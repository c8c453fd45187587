package dev.weft.engine.cpu;

/**
 * What loops over contiguous elements look like from outside. Addresses are absolute, counts are in
 * elements; inputs and output may be the same memory, but must not overlap otherwise.
 */
final class Loops {

  private Loops() {}

  /** y[i] = f(x[i]). */
  @FunctionalInterface
  interface Unary {
    void run(long x, long y, long count);
  }

  /** z[i] = f(x[i], y[i]), and with one operand the same number throughout. */
  interface Binary {
    void run(long x, long y, long z, long count);

    /** z[i] = f(x[i], y). */
    void right(long x, double y, long z, long count);

    /** z[i] = f(x, y[i]). */
    void left(double x, long y, long z, long count);
  }

  /** z[i] = condition[i] ? x[i] : y[i]. */
  @FunctionalInterface
  interface Select {
    void run(long condition, long x, long y, long z, long count);
  }

  /** A step of an optimizer: some of the operands change. */
  @FunctionalInterface
  interface Step<R> {
    void run(R rates, long[] operands, long count);
  }

  /** These addresses, {@code bytes} further on. */
  static long[] advance(long[] addresses, long bytes) {
    long[] further = new long[addresses.length];
    for (int i = 0; i < further.length; i++) {
      further[i] = addresses[i] + bytes;
    }
    return further;
  }
}
