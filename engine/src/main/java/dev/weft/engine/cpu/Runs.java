package dev.weft.engine.cpu;

import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import java.util.Arrays;

/**
 * Several layouts of one shape, walked together: neighbouring dimensions that all of them cross
 * without a seam become one, and what is left are rows of {@link #inner} elements with one step per
 * operand.
 *
 * <p>Immutable; steps and offsets are in elements.
 */
final class Runs {

  private final long[] sizes;
  private final long[][] steps;
  private final int rank;

  private Runs(long[] sizes, long[][] steps, int rank) {
    this.sizes = sizes;
    this.steps = steps;
    this.rank = rank;
  }

  /** The layouts must be of one shape that is not empty. */
  static Runs of(Layout... operands) {
    Shape shape = operands[0].shape();
    long[] sizes = new long[shape.rank() + 1];
    long[][] steps = new long[operands.length][shape.rank() + 1];
    int rank = 0;
    for (int d = 0; d < shape.rank(); d++) {
      long size = shape.size(d);
      if (size == 1) {
        continue;
      }
      boolean joins = rank > 0;
      for (int i = 0; joins && i < operands.length; i++) {
        joins = steps[i][rank - 1] == operands[i].stride(d) * size;
      }
      if (!joins) {
        sizes[rank++] = 1;
      }
      sizes[rank - 1] *= size;
      for (int i = 0; i < operands.length; i++) {
        steps[i][rank - 1] = operands[i].stride(d);
      }
    }
    if (rank == 0) {
      sizes[rank++] = 1;
      for (long[] step : steps) {
        step[0] = 1;
      }
    }
    return new Runs(sizes, steps, rank);
  }

  /** The length of a row. */
  long inner() {
    return sizes[rank - 1];
  }

  /** How far the neighbours in a row of an operand are apart. */
  long step(int operand) {
    return steps[operand][rank - 1];
  }

  /** How many rows there are. */
  long rows() {
    long rows = 1;
    for (int d = 0; d < rank - 1; d++) {
      rows *= sizes[d];
    }
    return rows;
  }

  /** How many dimensions are left. */
  int rank() {
    return rank;
  }

  long size(int dim) {
    return sizes[dim];
  }

  long step(int operand, int dim) {
    return steps[operand][dim];
  }

  /** How many elements there are. */
  long count() {
    return rows() * inner();
  }

  /** Where element {@code index}, counted row by row, lies in an operand. */
  long offset(int operand, long index) {
    long offset = 0;
    long left = index;
    for (int d = rank - 1; d > 0; d--) {
      offset += left % sizes[d] * steps[operand][d];
      left /= sizes[d];
    }
    return offset + left * steps[operand][0];
  }

  /** What is done with a row: {@code offsets} are those of its first element, one per operand. */
  @FunctionalInterface
  interface Row {
    void at(long[] offsets);
  }

  /** Visits the rows {@code from} (inclusive) to {@code to} (exclusive) in order. */
  void forEach(long from, long to, Row row) {
    long[] index = new long[rank];
    long[] offsets = new long[steps.length];
    long left = from;
    for (int d = rank - 2; d >= 0; d--) {
      index[d] = left % sizes[d];
      left /= sizes[d];
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] += index[d] * steps[i][d];
      }
    }
    for (long r = from; r < to; r++) {
      row.at(offsets);
      for (int d = rank - 2; d >= 0; d--) { // the next index, like an odometer
        boolean over = ++index[d] == sizes[d];
        for (int i = 0; i < offsets.length; i++) {
          offsets[i] += steps[i][d] - (over ? sizes[d] * steps[i][d] : 0);
        }
        if (!over) {
          break;
        }
        index[d] = 0;
      }
    }
  }

  @Override
  public String toString() {
    return "Runs" + Arrays.toString(Arrays.copyOf(sizes, rank)) + Arrays.deepToString(steps);
  }
}
