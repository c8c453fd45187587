package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.SpecialBinary;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Elementwise functions without a vector form: their definitions, in plain loops. */
final class FunctionKernels {

  /** Elements per piece: special functions take tens of nanoseconds each. */
  private static final long GRAIN = Elementwise.HEAVY / 4;

  private FunctionKernels() {}

  /** y = f(x) on floating dtypes. */
  static void unary(DoubleUnaryOperator f, Tensor x, Tensor y) {
    Elementwise.unary(PlainLoops.unary(x.dtype(), y.dtype(), f), GRAIN, x, y);
  }

  /** z = f(x, y) on floating dtypes. */
  static void binary(DoubleBinaryOperator f, Tensor x, Tensor y, Tensor z) {
    run(PlainLoops.binary(x.dtype(), z.dtype(), f), x, y, z);
  }

  /** z = op(x, y) on any dtype. */
  static void binary(SpecialBinary op, Tensor x, Tensor y, Tensor z) {
    if (x.dtype().isFloating()) {
      binary(op::at, x, y, z);
    } else {
      DType dtype = x.dtype();
      run(
          (left, right, result, count) ->
              PlainLoops.onIntegers(dtype, dtype, op::at, left, right, result, count),
          x,
          y,
          z);
    }
  }

  private interface Loop {
    void run(long left, long right, long result, long count);
  }

  private static void run(Loops.Binary loop, Tensor x, Tensor y, Tensor z) {
    run(loop::run, x, y, z);
  }

  private static void run(Loop loop, Tensor x, Tensor y, Tensor z) {
    int from = x.dtype().bytes();
    int to = z.dtype().bytes();
    try (Temp left = Temp.contiguous(x);
        Temp right = Temp.contiguous(y)) {
      Parallel.ranges(
          z.numel(),
          GRAIN,
          (start, end) ->
              loop.run(
                  left.address() + start * from,
                  right.address() + start * from,
                  z.address() + start * to,
                  end - start));
    }
  }
}
