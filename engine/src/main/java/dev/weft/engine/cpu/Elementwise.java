package dev.weft.engine.cpu;

import dev.weft.engine.Tensor;

/**
 * Leads loops over contiguous elements through tensors of any layout. Rows whose elements are
 * adjacent, or one and the same, are read where they lie; anything else is copied first.
 */
final class Elementwise {

  /** Elements per piece of a loop that mostly waits for memory: about 20 µs. */
  static final long LIGHT = 1 << 17;

  /** Elements per piece of a loop that computes, such as exp: about 20 µs. */
  static final long HEAVY = 1 << 15;

  /** In shorter rows the call costs more than a copy of the whole operand. */
  private static final long SHORTEST_ROW = 8;

  private Elementwise() {}

  /** y = f(x); y is contiguous. */
  static void unary(Loops.Unary loop, long grain, Tensor x, Tensor y) {
    long count = y.numel();
    if (count == 0) {
      return;
    }
    int from = x.dtype().bytes();
    int to = y.dtype().bytes();
    if (!x.isContiguous()) {
      Runs runs = Runs.of(x.layout(), y.layout());
      if (runs.step(0) == 1 && runs.inner() >= SHORTEST_ROW) {
        rows(
            runs,
            grain,
            at -> loop.run(x.address() + at[0] * from, y.address() + at[1] * to, runs.inner()));
        return;
      }
    }
    try (Temp source = Temp.contiguous(x)) {
      Parallel.ranges(
          count,
          grain,
          (start, end) ->
              loop.run(source.address() + start * from, y.address() + start * to, end - start));
    }
  }

  private static void rows(Runs runs, long grain, Runs.Row row) {
    Parallel.ranges(
        runs.rows(), Math.max(1, grain / runs.inner()), (from, to) -> runs.forEach(from, to, row));
  }

  /** The loops of a binary op: which one serves depends on where operands repeat. */
  interface Forms {
    /** For operands that are both arrays. */
    Loops.Binary both(long count);

    /** For a second operand that is one number. */
    Loops.Binary right(long count);

    /** For a first operand that is one number. */
    Loops.Binary left(long count);

    /** The element at {@code address} as a number. */
    double number(long address);
  }

  /** z = f(x, y); z is contiguous. */
  static void binary(Forms forms, long grain, Tensor x, Tensor y, Tensor z) {
    long count = z.numel();
    if (count == 0) {
      return;
    }
    if (x.isContiguous() && y.isContiguous()) {
      contiguous(forms.both(count), grain, x.dtype().bytes(), x.address(), y.address(), z);
      return;
    }
    Runs runs = Runs.of(x.layout(), y.layout(), z.layout());
    if (!byRows(forms, grain, runs, x, y, z)) {
      try (Temp left = Temp.contiguous(x);
          Temp right = Temp.contiguous(y)) {
        contiguous(forms.both(count), grain, x.dtype().bytes(), left.address(), right.address(), z);
      }
    }
  }

  private static void contiguous(
      Loops.Binary loop, long grain, int from, long x, long y, Tensor z) {
    int to = z.dtype().bytes();
    Parallel.ranges(
        z.numel(),
        grain,
        (start, end) ->
            loop.run(x + start * from, y + start * from, z.address() + start * to, end - start));
  }

  private static boolean byRows(Forms forms, long grain, Runs runs, Tensor x, Tensor y, Tensor z) {
    long inner = runs.inner();
    long count = z.numel();
    if (inner < SHORTEST_ROW) {
      return false;
    }
    long left = x.address();
    long right = y.address();
    long result = z.address();
    int from = x.dtype().bytes();
    int to = z.dtype().bytes();
    if (runs.step(0) == 1 && runs.step(1) == 1) {
      Loops.Binary loop = forms.both(count);
      rows(
          runs,
          grain,
          at -> loop.run(left + at[0] * from, right + at[1] * from, result + at[2] * to, inner));
    } else if (runs.step(0) == 1 && runs.step(1) == 0) {
      Loops.Binary loop = forms.right(count);
      rows(
          runs,
          grain,
          at ->
              loop.right(
                  left + at[0] * from,
                  forms.number(right + at[1] * from),
                  result + at[2] * to,
                  inner));
    } else if (runs.step(0) == 0 && runs.step(1) == 1) {
      Loops.Binary loop = forms.left(count);
      rows(
          runs,
          grain,
          at ->
              loop.left(
                  forms.number(left + at[0] * from),
                  right + at[1] * from,
                  result + at[2] * to,
                  inner));
    } else {
      return false;
    }
    return true;
  }
}
