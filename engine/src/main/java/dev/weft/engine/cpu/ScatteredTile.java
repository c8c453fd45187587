package dev.weft.engine.cpu;

/** A {@link Tile} for a B whose rows, and registers of columns, lie anywhere: {@link Scattered}. */
interface ScatteredTile {

  /**
   * C ← A B, as {@link Tile#run} without a start, with register {@code j} of row {@code p} of B at
   * {@code rows[firstRow + p] + offsets[firstOffset + j]}.
   */
  void run(
      Object a,
      int at,
      long[] rows,
      int firstRow,
      long[] offsets,
      int firstOffset,
      long c,
      long cRow,
      int k);
}
