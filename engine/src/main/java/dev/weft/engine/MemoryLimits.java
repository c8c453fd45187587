package dev.weft.engine;

/**
 * When the pool asks for a garbage collection and when it refuses.
 *
 * @param collectAt live bytes from which unreachable tensors are looked for
 * @param most bytes that may be taken from the system; {@code -Dweft.maxMemory=8g}
 */
record MemoryLimits(long collectAt, long most) {

  /** A quarter of this is live before the first forced collection. */
  private static final long UNKNOWN_MACHINE = 4L << 30;

  static MemoryLimits fromSystemProperties() {
    String given = System.getProperty("weft.maxMemory", "");
    long most = given.isEmpty() ? machineMemory() : parse(given);
    return new MemoryLimits(Math.min(most / 4, 1L << 30), most);
  }

  /** The JVM's own default heap is a quarter of the machine's memory; leave it that quarter. */
  private static long machineMemory() {
    long heap = Runtime.getRuntime().maxMemory();
    return heap == Long.MAX_VALUE ? UNKNOWN_MACHINE : Math.max(3 * heap, UNKNOWN_MACHINE / 4);
  }

  static long parse(String text) {
    String digits = text.substring(0, text.length() - (text.matches(".*[kKmMgGtT]") ? 1 : 0));
    int shift = 10 * ("kmgt".indexOf(Character.toLowerCase(text.charAt(text.length() - 1))) + 1);
    try {
      long bytes = Math.multiplyExact(Long.parseLong(digits), 1L << shift);
      if (bytes > 0) {
        return bytes;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // falls through to the one message for every wrong spelling
    }
    throw new IllegalArgumentException(
        "-Dweft.maxMemory="
            + text
            + ": write a number of bytes, or one with k, m, g or t, such as 8g");
  }
}
