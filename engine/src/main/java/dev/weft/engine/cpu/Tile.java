package dev.weft.engine.cpu;

/**
 * The innermost part of a matrix product: a block of C, small enough to stay in registers, over one
 * stretch of k. {@link TileMaker} makes one per size.
 */
interface Tile {

  /**
   * C ← start + A B for the block's rows and columns; every element of A B is one chain of fused
   * multiply-adds in the order of k, which starts from 0.
   *
   * @param a address of A's first element; {@code aRow} and {@code aColumn} are the steps in bytes
   *     to its next row and column
   * @param b address of B's first row, whose elements are adjacent; {@code bRow} is the step to the
   *     next
   * @param start what is added last: a block like C with {@code startRow} bytes between rows (0
   *     repeats one row, such as a bias), or 0 for zeros. It may be C itself.
   * @param last how many lanes of each row's last register belong to the block, from 1 on; nothing
   *     is read or written beyond them
   */
  void run(
      long a,
      long aRow,
      long aColumn,
      long b,
      long bRow,
      long start,
      long startRow,
      long c,
      long cRow,
      long k,
      int last);
}
