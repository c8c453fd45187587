package dev.weft.engine.cpu;

/** Transposes square blocks, of as many rows as a register has lanes. */
@FunctionalInterface
interface Transposition {

  /**
   * Row i of a block is column i of the result, for {@code count} blocks side by side at {@code
   * from}, which get below each other at {@code to}.
   *
   * @param fromRow bytes between rows at {@code from}
   * @param toRow bytes between rows at {@code to}
   */
  void run(long from, long fromRow, long to, long toRow, long count);
}
