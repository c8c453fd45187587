package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Unary;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The elementwise functions in float32 over their whole range, measured in units in the last place
 * (ulp) of the exact result.
 */
class AccuracyTest {

  private static final double ULPS = 4;

  /**
   * Absolute errors that are allowed too: where a function is a product of x with a sum that
   * cancels, float32 arithmetic loses the small result. PyTorch's kernels have the same formula.
   */
  private static final Map<Unary, Double> ABSOLUTE =
      new EnumMap<>(Map.of(Unary.GELU, 1e-6, Unary.GELU_TANH, 1e-6));

  /** Near zero, around one, and every magnitude, on both sides. */
  private static double[] grid() {
    double[] x = new double[24_000];
    for (int i = 0; i < 8000; i++) {
      x[i] = (i - 4000) / 200.0 + 1e-4;
      double magnitude = Math.pow(10, -30 + 60 * (i / 8000.0));
      x[8000 + i] = magnitude;
      x[16_000 + i] = -magnitude;
    }
    return x;
  }

  @ParameterizedTest
  @EnumSource
  void unary(Unary op) {
    Tensor x = Tensor.of(grid()).to(DType.FLOAT32);
    double[] in = x.toDoubleArray();
    double[] out = Dispatch.run(op, x).toDoubleArray();
    double worst = 0;
    String where = "";
    for (int i = 0; i < in.length; i++) {
      if (isPeriodic(op) && Math.abs(in[i]) > 1e4) {
        continue; // an angle that has lost its place in the period
      }
      double expected = op.at(in[i]);
      double error = ulps(out[i], expected, ABSOLUTE.getOrDefault(op, 0.0));
      if (error > worst) {
        worst = error;
        where = String.format(Locale.ROOT, "%s(%s) = %s, not %s", op, in[i], out[i], expected);
      }
    }
    assertThat(worst).as(where).isLessThanOrEqualTo(ULPS);
  }

  private static boolean isPeriodic(Unary op) {
    return op == Unary.SIN || op == Unary.COS || op == Unary.TAN;
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"BITWISE_AND", "BITWISE_OR", "BITWISE_XOR"})
  void binary(Binary op) {
    double[] values = {
      1e-20, 1e-3, 0.1, 1 / 3.0, 0.7, 1, 1.0000001, 1.5, 2, 2.5, 3, 7.25, 10, 33.3, 100, 1234.5, 1e6
    };
    double[] a = new double[4 * values.length * values.length];
    double[] b = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      a[i] = (i % 2 == 0 ? 1 : -1) * values[i / 4 % values.length];
      b[i] = (i / 2 % 2 == 0 ? 1 : -1) * values[i / 4 / values.length];
    }
    Tensor x = Tensor.of(a).to(DType.FLOAT32);
    Tensor y = Tensor.of(b).to(DType.FLOAT32);
    double[] left = x.toDoubleArray();
    double[] right = y.toDoubleArray();
    double[] out = Dispatch.run(op, x, y).toDoubleArray();
    for (int i = 0; i < out.length; i++) {
      double expected = op.at(left[i], right[i]);
      assertThat(ulps(out[i], expected, 0))
          .as("%s(%s, %s) = %s, not %s", op, left[i], right[i], out[i], expected)
          .isLessThanOrEqualTo(ULPS);
    }
  }

  /** The error in ulp of float32; 0 where both overflow, underflow or are NaN alike. */
  private static double ulps(double actual, double expected, double allowed) {
    float nearest = (float) expected;
    if (actual == nearest || Double.isNaN(actual) && Double.isNaN(expected)) {
      return 0;
    }
    double error = Math.abs(actual - expected) - allowed;
    if (error <= 0) {
      return 0;
    }
    double ulp = Math.max(Math.ulp(nearest), Float.MIN_NORMAL); // subnormals may be flushed
    return Float.isInfinite(nearest)
        ? (Math.abs(actual) >= 0x1.fffffp127 ? 0 : Double.POSITIVE_INFINITY)
        : error / ulp;
  }
}
