package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Clamp;

/** Elements limited to a range; NaN stays. */
final class ClampKernels {

  private ClampKernels() {}

  static void run(Clamp op, Tensor x, Tensor y) {
    Elementwise.unary(loop(op, x.dtype(), y.numel()), Elementwise.LIGHT, x, y);
  }

  private static Loops.Unary loop(Clamp op, DType dtype, long count) {
    if (!dtype.isFloating()) {
      long least = (long) dtype.min();
      long most = (long) dtype.max();
      long low = Math.clamp((long) Math.ceil(op.low()), least, most);
      long high = Math.clamp((long) Math.floor(op.high()), least, most);
      return PlainLoops.onIntegers(dtype, dtype, v -> Math.min(Math.max(v, low), high));
    }
    Formula clamp = Formula.Kind.CLAMP.on(Widening.of(dtype).to(), count);
    Loops.Unary loop = (from, to, n) -> clamp.run(from, op.low(), op.high(), 0, to, n);
    return dtype.isHalf() ? HalfLoops.unary(dtype, loop) : loop;
  }
}
