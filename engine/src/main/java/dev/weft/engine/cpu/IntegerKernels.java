package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.WithScalar;
import java.util.function.LongBinaryOperator;

/**
 * Elementwise functions of two integers or bools; computed in 64 bits, stored with the low ones.
 */
final class IntegerKernels {

  private IntegerKernels() {}

  /** z = op(x, y). Throws {@link ArithmeticException} where an integer is divided by zero. */
  static void run(Binary op, Tensor x, Tensor y, Tensor z) {
    LongBinaryOperator f = function(op, op, x);
    DType from = x.dtype();
    DType to = z.dtype();
    try (Temp left = Temp.contiguous(x);
        Temp right = Temp.contiguous(y)) {
      Parallel.ranges(
          z.numel(),
          Elementwise.HEAVY,
          (start, end) ->
              PlainLoops.onIntegers(
                  from,
                  to,
                  f,
                  left.address() + start * from.bytes(),
                  right.address() + start * from.bytes(),
                  z.address() + start * to.bytes(),
                  end - start));
    }
  }

  /** y = op(x, number) or op(number, x), with the number as the 64-bit integer that it is. */
  static void run(WithScalar op, Tensor x, Tensor y) {
    LongBinaryOperator f = function(op, op.op(), x);
    long number = op.scalar().longValue();
    Elementwise.unary(
        PlainLoops.onIntegers(
            x.dtype(),
            y.dtype(),
            op.scalarFirst() ? v -> f.applyAsLong(number, v) : v -> f.applyAsLong(v, number)),
        Elementwise.HEAVY,
        x,
        y);
  }

  private static LongBinaryOperator function(Op op, Binary function, Tensor x) {
    return switch (function) {
      case DIV, FLOOR_DIVIDE, REMAINDER, FMOD ->
          (a, b) -> {
            if (b == 0) {
              throw new ArithmeticException(
                  op
                      + ": "
                      + x.spec()
                      + ": an integer is divided by zero; convert to a floating dtype");
            }
            return function.at(a, b);
          };
      case ADD -> (a, b) -> a + b; // the commonest without a second call
      case SUB -> (a, b) -> a - b;
      case MUL -> (a, b) -> a * b;
      case POW,
          MAXIMUM,
          MINIMUM,
          ATAN2,
          EQ,
          NE,
          LT,
          LE,
          GT,
          GE,
          LOGICAL_AND,
          LOGICAL_OR,
          LOGICAL_XOR,
          BITWISE_AND,
          BITWISE_OR,
          BITWISE_XOR ->
          function::at;
    };
  }
}
