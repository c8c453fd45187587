package dev.weft.engine.cpu;

/** Puts side by side what lies apart, for the products of a {@link Tile}. */
@FunctionalInterface
interface Packing {

  /**
   * to[p, i] = from[p, i] for {@code count} elements i of {@code k} rows p.
   *
   * @param step bytes from an element of a row to the next, at {@code from}; at {@code to} they are
   *     adjacent
   * @param fromRow bytes between rows at {@code from}
   * @param toRow bytes between rows at {@code to}
   */
  void run(long from, long step, long fromRow, long to, long toRow, int count, long k);
}
