package dev.weft.engine.reference;

import dev.weft.engine.Philox;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Arange;
import dev.weft.engine.op.Fill;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.RandomOp;
import java.util.Arrays;

/** Ops that make numbers, by rule or by chance. */
final class Creation {

  private Creation() {}

  static void fill(Fill op, Tensor y) {
    int count = Values.count(y.shape());
    if (op.value() instanceof Long whole) {
      long[] values = new long[count];
      Arrays.fill(values, whole);
      Values.write(y, values);
    } else {
      double[] values = new double[count];
      Arrays.fill(values, op.value().doubleValue());
      Values.write(y, values);
    }
  }

  static void arange(Arange op, Tensor y) {
    int count = Values.count(y.shape());
    if (op.start() instanceof Long start && op.step() instanceof Long step) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = start + i * step;
      }
      Values.write(y, values);
    } else {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = op.start().doubleValue() + i * op.step().doubleValue();
      }
      Values.write(y, values);
    }
  }

  static void random(RandomOp op, Tensor y) {
    double[] values = new double[Values.count(y.shape())];
    for (int i = 0; i < values.length; i++) {
      values[i] = op.at(i);
    }
    Values.write(y, values);
  }

  static void multinomial(Multinomial op, Tensor weights, Tensor y) {
    double[] w = Values.doubles(weights);
    int classes = (int) weights.size(-1);
    int count = (int) op.count();
    int rows = w.length / classes;
    for (int i = 0; i < w.length; i++) {
      if (!(w[i] >= 0 && w[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            op
                + ": weights "
                + weights.shape()
                + ": element "
                + i
                + " is "
                + w[i]
                + "; must be finite and not negative");
      }
    }
    long[] drawn = new long[rows * count];
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < count; j++) {
        double sum = 0;
        for (int c = 0; c < classes; c++) {
          sum += w[row * classes + c];
        }
        if (sum == 0) {
          throw new IllegalArgumentException(
              op
                  + ": weights "
                  + weights.shape()
                  + ": row "
                  + row
                  + (j == 0 ? " is all 0" : " has only " + j + " classes to draw from"));
        }
        int at = row * count + j;
        double mark = Philox.uniform(op.seed(), op.offset() + at, 0) * sum;
        int choice = 0;
        double total = 0;
        for (int c = 0; c < classes && total <= mark; c++) {
          if (w[row * classes + c] > 0) { // also the last one, should the mark round up to the sum
            choice = c;
          }
          total += w[row * classes + c];
        }
        drawn[at] = choice;
        if (!op.replacement()) {
          w[row * classes + choice] = 0;
        }
      }
    }
    Values.write(y, drawn);
  }
}
