package dev.weft.engine.reference;

import dev.weft.engine.Philox;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.WithScalar;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Ops whose result at an index depends on their inputs at that index alone. */
final class Elementwise {

  private Elementwise() {}

  static void unary(Unary op, Tensor x, Tensor y) {
    if (x.dtype().isFloating()) {
      Values.write(y, Arrays.stream(Values.doubles(x)).map(op::at).toArray());
    } else {
      Values.write(y, Arrays.stream(Values.longs(x)).map(op::at).toArray());
    }
  }

  static void binary(Binary op, Tensor a, Tensor b, Tensor y) {
    if (a.dtype().isFloating()) {
      double[] x = Values.doubles(a);
      double[] other = Values.doubles(b);
      for (int i = 0; i < x.length; i++) {
        x[i] = op.at(x[i], other[i]);
      }
      Values.write(y, x);
    } else {
      long[] x = Values.longs(a);
      long[] other = Values.longs(b);
      for (int i = 0; i < x.length; i++) {
        requireDivisor(op, op, other[i], a);
        x[i] = op.at(x[i], other[i]);
      }
      Values.write(y, x);
    }
  }

  /** y = f(x) on floating dtypes. */
  static void map(DoubleUnaryOperator f, Tensor x, Tensor y) {
    Values.write(y, Arrays.stream(Values.doubles(x)).map(f).toArray());
  }

  /** y = f(a, b) on floating dtypes. */
  static void map(DoubleBinaryOperator f, Tensor a, Tensor b, Tensor y) {
    double[] x = Values.doubles(a);
    double[] other = Values.doubles(b);
    for (int i = 0; i < x.length; i++) {
      x[i] = f.applyAsDouble(x[i], other[i]);
    }
    Values.write(y, x);
  }

  static void binary(SpecialBinary op, Tensor a, Tensor b, Tensor y) {
    if (a.dtype().isFloating()) {
      map(op::at, a, b, y);
      return;
    }
    long[] x = Values.longs(a);
    long[] other = Values.longs(b);
    for (int i = 0; i < x.length; i++) {
      x[i] = op.at(x[i], other[i]);
    }
    Values.write(y, x);
  }

  /** A floating scalar is rounded to the dtype of x first; an integer one is used as it is. */
  static void withScalar(WithScalar op, Tensor a, Tensor y) {
    boolean first = op.scalarFirst();
    if (a.dtype().isFloating()) {
      double scalar = op.number(a.dtype());
      double[] x = Values.doubles(a);
      for (int i = 0; i < x.length; i++) {
        x[i] = first ? op.op().at(scalar, x[i]) : op.op().at(x[i], scalar);
      }
      Values.write(y, x);
    } else {
      long scalar = op.scalar().longValue();
      long[] x = Values.longs(a);
      for (int i = 0; i < x.length; i++) {
        requireDivisor(op, op.op(), first ? x[i] : scalar, a);
        x[i] = first ? op.op().at(scalar, x[i]) : op.op().at(x[i], scalar);
      }
      Values.write(y, x);
    }
  }

  private static void requireDivisor(Op op, Binary function, long divisor, Tensor x) {
    boolean divides =
        switch (function) {
          case DIV, FLOOR_DIVIDE, REMAINDER, FMOD -> true;
          default -> false;
        };
    if (divides && divisor == 0) {
      throw new ArithmeticException(
          op + ": " + x.spec() + ": an integer is divided by zero; convert to a floating dtype");
    }
  }

  static void clamp(Clamp op, Tensor a, Tensor y) {
    if (a.dtype().isFloating()) {
      double[] x = Values.doubles(a);
      for (int i = 0; i < x.length; i++) {
        x[i] = Math.min(Math.max(x[i], op.low()), op.high());
      }
      Values.write(y, x);
    } else {
      long least = (long) a.dtype().min();
      long most = (long) a.dtype().max();
      long low = Math.clamp((long) Math.ceil(op.low()), least, most);
      long high = Math.clamp((long) Math.floor(op.high()), least, most);
      long[] x = Values.longs(a);
      for (int i = 0; i < x.length; i++) {
        x[i] = Math.min(Math.max(x[i], low), high);
      }
      Values.write(y, x);
    }
  }

  static void where(Tensor condition, Tensor a, Tensor b, Tensor y) {
    long[] picks = Values.longs(condition);
    if (y.dtype().isFloating()) {
      double[] x = Values.doubles(a);
      double[] other = Values.doubles(b);
      for (int i = 0; i < x.length; i++) {
        x[i] = picks[i] != 0 ? x[i] : other[i];
      }
      Values.write(y, x);
    } else {
      long[] x = Values.longs(a);
      long[] other = Values.longs(b);
      for (int i = 0; i < x.length; i++) {
        x[i] = picks[i] != 0 ? x[i] : other[i];
      }
      Values.write(y, x);
    }
  }

  static void dropout(DropoutOp op, Tensor a, Tensor y) {
    double[] x = Values.doubles(a);
    double scale = 1 / (1 - op.p());
    for (int i = 0; i < x.length; i++) {
      boolean kept = Philox.uniform(op.seed(), op.offset() + i, 0) >= op.p();
      x[i] = kept ? x[i] * scale : 0;
    }
    Values.write(y, x);
  }
}
