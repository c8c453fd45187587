package dev.weft.engine.cpu;

/**
 * The innermost part of a matrix product: a block of C, small enough to stay in registers, over one
 * stretch of k. {@link TileMaker} makes one per size.
 *
 * <p>Single numbers come from a Java array, and registers are whole: reading numbers from native
 * memory, or masks for the last columns of a matrix, make so much of the method that C2 compiles it
 * well only by chance.
 */
interface Tile {

  /** How many elements of {@code a} a row takes: the longest stretch of k. */
  int PITCH = 256;

  /**
   * C ← start + A B for the block's rows and columns; every element of A B is one chain of fused
   * multiply-adds in the order of k, which starts from 0.
   *
   * @param a a {@code float[]} or {@code double[]} with A's first element at index {@code at}, and
   *     {@link #PITCH} elements from a row to the next
   * @param b address of B's first row, whose elements are adjacent; {@code bRow} is the step to the
   *     next in bytes
   * @param start what is added last: a block like C with {@code startRow} bytes between rows (0
   *     repeats one row, such as a bias), or 0 for zeros. It may be C itself.
   */
  void run(
      Object a, int at, long b, long bRow, long start, long startRow, long c, long cRow, int k);
}
