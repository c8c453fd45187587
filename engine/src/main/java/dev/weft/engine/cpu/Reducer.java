package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import java.lang.foreign.MemorySegment;

/**
 * Combines the elements of a tensor along some of its dimensions. Work is cut into units whose size
 * depends on shapes alone; each leaves one partial result, and those are reduced in turn, so every
 * order is fixed and no sum has more than some thousand terms in a row.
 */
final class Reducer {

  /** Elements that are folded at a time; as float32 they fill the L1 cache. */
  private static final long BLOCK = Fold.BLOCK;

  /** Results that are added to at a time: they stay in the L1 cache. */
  private static final long COLUMNS = 1 << 12;

  /** Shorter rows that lie without gaps are added several at a time. */
  private static final long JOINED = 1 << 10;

  /** Rows that are added up one after the other. */
  private static final long ROWS = 64;

  /** Elements per piece of work, which mostly waits for memory. */
  private static final long GRAIN = Elementwise.LIGHT;

  private final Combiner combiner;
  private final Widening widening;
  private final int bytes;

  /**
   * @param combiner works on the dtype that {@code widening} leads to
   * @param widening from the dtype of the elements
   */
  Reducer(Combiner combiner, Widening widening) {
    this.combiner = combiner;
    this.widening = widening;
    this.bytes = widening.to().bytes();
  }

  /**
   * One result per element of {@code kept}, in its order, of all elements of {@code reduced} beside
   * it.
   *
   * @param innerKept whether neighbours in memory go to different results
   */
  void run(Runs kept, Runs reduced, boolean innerKept, long from, long to) {
    if (innerKept) {
      addRows(kept, reduced, from, to);
    } else {
      foldRows(kept, reduced, from, to);
    }
  }

  /** Adds up the rows of a contiguous matrix of float32 or float64. */
  static void addUp(DType dtype, long rows, long columns, long from, long to) {
    new Reducer(Combiner.of(Fold.Kind.SUM, dtype, rows * columns), Widening.of(dtype))
        .addRows(steps(columns, 1), steps(rows, columns), from, to);
  }

  private Reducer ofPartials() {
    return new Reducer(combiner, new Widening(widening.to(), widening.to(), false));
  }

  // -------------------------------------------------------------- neighbours go to one result

  /** A unit is a block of a row, or as many short rows as make one. */
  private void foldRows(Runs kept, Runs reduced, long from, long to) {
    long inner = reduced.inner();
    long blocks = Math.ceilDiv(inner, BLOCK);
    long group = Math.min(reduced.rows(), Math.max(1, BLOCK / inner));
    long units = blocks * Math.ceilDiv(reduced.rows(), group);
    if (units > 1) {
      try (Temp partials = Temp.of(kept.count() * units * bytes)) {
        foldUnits(kept, reduced, blocks, group, from, partials.address());
        ofPartials().foldRows(steps(kept.count(), units), steps(units, 1), partials.address(), to);
      }
    } else {
      foldUnits(kept, reduced, blocks, group, from, to);
    }
  }

  private static Runs steps(long count, long step) {
    return Runs.of(Layout.strided(Shape.of(count), new long[] {step}, 0));
  }

  private void foldUnits(Runs kept, Runs reduced, long blocks, long group, long from, long to) {
    long inner = reduced.inner();
    long rows = reduced.rows();
    long units = blocks * Math.ceilDiv(rows, group);
    long length = Math.min(inner, BLOCK);
    Parallel.ranges(
        kept.count() * units,
        Math.max(1, GRAIN / (length * group)),
        (first, last) -> {
          try (Temp room = widening.room(length);
              Temp results = group > 1 ? Temp.of(group * bytes) : Temp.none()) {
            for (long unit = first; unit < last; unit++) {
              long start = kept.offset(0, unit / units);
              long row = unit % units / blocks * group;
              long block = unit % blocks * BLOCK;
              long n = Math.min(length, inner - block);
              long end = Math.min(rows, row + group);
              long result = to + unit * bytes;
              if (end - row == 1) {
                fold(from, start + reduced.offset(0, row * inner) + block, n, room, result);
                continue;
              }
              for (long r = row; r < end; r++) {
                long offset = start + reduced.offset(0, r * inner);
                fold(from, offset, n, room, results.address() + (r - row) * bytes);
              }
              combiner.fold(results.address(), end - row, result);
            }
          }
        });
  }

  private void fold(long from, long offset, long count, Temp room, long result) {
    long x = widening.read(from + offset * widening.from().bytes(), count, room);
    combiner.fold(x, count, result);
  }

  // -------------------------------------------------------- neighbours go to different results

  /** A unit is a stretch of columns of some rows. */
  private void addRows(Runs kept, Runs reduced, long from, long to) {
    long inner = kept.inner();
    boolean joins = inner < JOINED && reduced.step(0) == inner;
    long joined = joins ? Math.min(Math.ceilDiv(JOINED, inner), reduced.inner()) : 1;
    long units = Math.ceilDiv(reduced.count(), ROWS * joined);
    if (units > 1) {
      long results = kept.count();
      try (Temp partials = Temp.of(units * results * bytes)) {
        addUnits(kept, reduced, joined, from, partials.address());
        // Partials are (rows of results, units, results of a row).
        Layout matrix = Layout.contiguous(Shape.of(kept.rows(), units, inner));
        ofPartials()
            .addRows(Runs.of(matrix.permute(0, 2)), steps(units, inner), partials.address(), to);
      }
    } else {
      addUnits(kept, reduced, joined, from, to);
    }
  }

  private void addUnits(Runs kept, Runs reduced, long joined, long from, long to) {
    long inner = kept.inner();
    long rows = reduced.count();
    long perUnit = ROWS * joined;
    long units = Math.ceilDiv(rows, perUnit);
    long width = Math.min(inner, COLUMNS);
    long stretches = Math.ceilDiv(inner, width);
    Parallel.ranges(
        kept.rows() * units * stretches,
        Math.max(1, GRAIN / (Math.min(rows, perUnit) * width)),
        (first, last) -> {
          try (Temp room = widening.room(joined * width);
              Temp results = Temp.of(joined * width * bytes)) {
            for (long i = first; i < last; i++) {
              long column = i % stretches * width;
              long unit = i / stretches;
              long n = Math.min(width, inner - column);
              long row = unit % units * perUnit;
              long start = kept.offset(0, unit / units * inner) + column;
              add(
                  reduced,
                  row,
                  Math.min(rows, row + perUnit),
                  joined,
                  n,
                  from + start * widening.from().bytes(),
                  room,
                  results.address());
              long target = to + (unit * inner + column) * bytes;
              MemorySegment.copy(ALL, results.address(), ALL, target, n * bytes);
            }
          }
        });
  }

  /** Adds up rows {@code row} to {@code end}, of {@code n} elements each, into the first n of y. */
  private void add(
      Runs reduced, long row, long end, long joined, long n, long from, Temp room, long y) {
    long covered = 0; // elements of y that hold a sum
    for (long r = row; r < end; ) {
      long here = reduced.inner() - r % reduced.inner();
      long span = Math.min(Math.min(joined, here), end - r);
      long count = span * n;
      long x = widening.read(from + reduced.offset(0, r) * widening.from().bytes(), count, room);
      long common = Math.min(covered, count);
      combiner.add(x, y, common);
      MemorySegment.copy(
          ALL, x + common * bytes, ALL, y + common * bytes, (count - common) * bytes);
      covered = Math.max(covered, count);
      r += span;
    }
    for (long left = covered / n; left > 1; ) {
      long half = Math.ceilDiv(left, 2);
      combiner.add(y + half * n * bytes, y, (left - half) * n);
      left = half;
    }
  }
}
