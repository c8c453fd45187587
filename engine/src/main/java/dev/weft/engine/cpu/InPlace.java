package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;
import java.util.function.Function;

/**
 * Leads a loop over several tensors of one shape, some of which change: any layout, any mixture of
 * floating dtypes. Half types are computed in float32; where one tensor is float64, all are.
 */
final class InPlace {

  /** Elements per piece: about 20 µs where memory is the limit. */
  private static final long GRAIN = 1 << 14;

  private InPlace() {}

  /** What is done with {@code count} contiguous elements at these addresses, one per tensor. */
  @FunctionalInterface
  interface Loop {
    void run(long[] at, long count);
  }

  /** Runs the loop that {@code loops} has for the dtype it computes in. */
  static void run(Op op, Tensor[] in, Function<DType, Loop> loops) {
    long count = in[0].numel();
    if (count == 0) {
      return;
    }
    DType computed = DType.FLOAT32;
    for (Tensor x : in) {
      computed = x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : computed;
    }
    Loop loop = loops.apply(computed);
    if (areApart(in)) {
      long[] at = new long[in.length];
      for (int i = 0; i < at.length; i++) {
        at[i] = in[i].address();
      }
      run(op, in, computed, loop, at);
    } else {
      runOnCopies(op, in, computed, loop);
    }
  }

  /** Whether all lie contiguous, and none of them in memory that another one changes. */
  private static boolean areApart(Tensor[] in) {
    for (int i = 0; i < in.length; i++) {
      if (!in[i].isContiguous()) {
        return false;
      }
      for (int j = 0; j < i; j++) {
        if (in[i].storage() == in[j].storage() && overlap(in[i], in[j])) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean overlap(Tensor x, Tensor y) {
    return x.address() < y.address() + y.spec().bytes()
        && y.address() < x.address() + x.spec().bytes();
  }

  private static void runOnCopies(Op op, Tensor[] in, DType computed, Loop loop) {
    var copies = new Temp[in.length];
    try {
      long[] at = new long[in.length];
      for (int i = 0; i < in.length; i++) {
        copies[i] = Temp.copy(in[i]);
        at[i] = copies[i].address();
      }
      run(op, in, computed, loop, at);
      for (int i = 0; i < in.length; i++) {
        if (changes(op, i)) {
          Copies.scatter(at[i], in[i]);
        }
      }
    } finally {
      for (Temp copy : copies) {
        if (copy != null) {
          copy.close();
        }
      }
    }
  }

  private static boolean changes(Op op, int input) {
    return (op.mutates() & 1 << input) != 0;
  }

  private static void run(Op op, Tensor[] in, DType computed, Loop loop, long[] at) {
    boolean uniform = true;
    for (Tensor x : in) {
      uniform &= x.dtype() == computed;
    }
    int bytes = computed.bytes();
    Parallel.ranges(
        in[0].numel(),
        GRAIN,
        uniform
            ? (from, to) -> loop.run(Loops.advance(at, from * bytes), to - from)
            : (from, to) -> converted(op, in, computed, loop, at, from, to));
  }

  /** Block by block: widens what is narrower, computes, and rounds what has changed. */
  private static void converted(
      Op op, Tensor[] in, DType computed, Loop loop, long[] at, long from, long to) {
    long block = (long) Chunk.SIZE * computed.bytes();
    try (Temp room = Temp.of(block * in.length)) {
      long[] here = new long[at.length];
      Chunk.each(
          to - from,
          (start, n) -> {
            for (int i = 0; i < here.length; i++) {
              DType dtype = in[i].dtype();
              here[i] = at[i] + (from + start) * dtype.bytes();
              if (dtype != computed) {
                long wide = room.address() + i * block;
                Copies.castChunk(dtype, here[i], computed, wide, n);
                here[i] = wide;
              }
            }
            loop.run(here, n);
            for (int i = 0; i < here.length; i++) {
              DType dtype = in[i].dtype();
              if (dtype != computed && changes(op, i)) {
                Copies.castChunk(
                    computed, here[i], dtype, at[i] + (from + start) * dtype.bytes(), n);
              }
            }
          });
    }
  }
}
