package dev.weft.engine.cpu;

import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import java.util.Arrays;

/**
 * An index, the tensor it points into, and the tensor that elements go to or come from, walked
 * together in the order of the index. Work is split where no two threads can meet at the same
 * element, and elements that meet do so in that order: results do not depend on the threads.
 */
final class Pointers {

  /** Elements per piece: about 20 µs where they lie scattered. */
  private static final long GRAIN = 1 << 14;

  /** Columns that one thread takes at least, so that threads do not share lines of the cache. */
  private static final long COLUMNS = 128;

  private final Indices indices;
  private final Runs runs; // operands: index, target at coordinate 0, other
  private final long stride;

  private Pointers(Indices indices, Runs runs, long stride) {
    this.indices = indices;
    this.runs = runs;
    this.stride = stride;
  }

  /**
   * One index per element of {@code other}: it replaces coordinate {@code dim} in {@code target}.
   * All three layouts have the shape of the index, but for what lies along {@code dim} in the
   * target.
   */
  static Pointers elements(Indices indices, Layout index, Layout target, int dim, Layout other) {
    Shape shape = index.shape();
    long[] steps = target.strides();
    long stride = 0;
    if (steps.length > 0) {
      stride = steps[dim];
      steps[dim] = 0;
    }
    Layout start = Layout.strided(shape, steps, 0);
    Layout corner = Layout.strided(shape, other.strides(), 0);
    return new Pointers(indices, Runs.of(index, start, corner), stride);
  }

  /** One index per coordinate along {@code dim} of {@code other}. */
  static Pointers rows(Indices indices, Layout index, Layout target, int dim, Layout other) {
    long[] steps = new long[other.shape().rank()];
    steps[dim] = index.stride(0);
    return elements(indices, Layout.strided(other.shape(), steps, 0), target, dim, other);
  }

  /** One position in the target, seen as one row without gaps, per element of {@code other}. */
  static Pointers positions(Indices indices, Layout index, Layout other) {
    Layout start = Layout.strided(index.shape(), new long[index.shape().rank()], 0);
    return new Pointers(indices, Runs.of(index, start, other), 1);
  }

  /** What is done with elements that were found; offsets and steps are in elements. */
  interface Visitor {

    /** Element i is at {@code target + i · targetStep}, and at {@code other + i · otherStep}. */
    void row(long target, long targetStep, long other, long otherStep, long count);

    /** Element i is at {@code targets[i]}, and at {@code other + i · otherStep}. */
    void scattered(long[] targets, long other, long otherStep, int count);
  }

  /** Visits all in any order, for visitors that only read the target. */
  void read(Visitor visitor) {
    long width = Math.min(runs.inner(), GRAIN);
    visit(1, width, visitor);
  }

  /** Visits all; elements of the target that are met again are so in the order of the index. */
  void write(Visitor visitor) {
    int last = runs.rank() - 1;
    int along = last; // the dimension that the index replaces, if it has more than one coordinate
    while (along >= 0 && runs.step(1, along) != 0) {
      along--;
    }
    if (along == last) {
      visit(1, runs.inner(), visitor);
      return;
    }
    long height = 1; // rows that may point at the same elements
    for (int d = along; d >= 0 && d < last; d++) {
      height *= runs.size(d);
    }
    // As few cuts as there are threads; no sum depends on where they are.
    long share = Math.ceilDiv(runs.inner(), Parallel.threads());
    long narrow = Math.min(COLUMNS, runs.inner());
    visit(height, Math.clamp(Math.max(share, GRAIN / height), narrow, runs.inner()), visitor);
  }

  /** Splits into pieces of {@code height} rows by {@code width} columns. */
  private void visit(long height, long width, Visitor visitor) {
    long across = Math.ceilDiv(runs.inner(), width);
    Parallel.ranges(
        runs.rows() / height * across,
        Math.max(1, GRAIN / (height * width)),
        (from, to) -> {
          if (across == 1) {
            runs.forEach(from * height, to * height, at -> visitRow(at, 0, width, visitor));
            return;
          }
          for (long piece = from; piece < to; piece++) {
            long first = piece / across * height;
            long start = piece % across * width;
            long end = Math.min(runs.inner(), start + width);
            runs.forEach(first, first + height, at -> visitRow(at, start, end, visitor));
          }
        });
  }

  private void visitRow(long[] at, long from, long to, Visitor visitor) {
    long step = runs.step(0);
    long targetStep = runs.step(1);
    long otherStep = runs.step(2);
    long target = at[1] + from * targetStep;
    long other = at[2] + from * otherStep;
    if (step == 0) {
      visitor.row(target + indices.at(at[0]) * stride, targetStep, other, otherStep, to - from);
      return;
    }
    for (long start = from; start < to; start += Chunk.SIZE) {
      int count = (int) Math.min(Chunk.SIZE, to - start);
      long[] targets = indices.run(at[0] + start * step, step, count);
      long first = at[1] + start * targetStep;
      for (int i = 0; i < count; i++) {
        targets[i] = first + i * targetStep + targets[i] * stride;
      }
      visitor.scattered(targets, at[2] + start * otherStep, otherStep, count);
    }
  }

  @Override
  public String toString() {
    return "Pointers" + Arrays.asList(runs, stride);
  }
}
