package dev.weft.engine;

import dev.weft.engine.op.SpecialUnary;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/**
 * Windows of signal processing: static methods of {@link Tensor}, of the default dtype. A periodic
 * window of n values is the symmetric one of n + 1 without its last, and repeats without a seam; a
 * window of one value is 1.
 *
 * <p>Source: F. J. Harris, "On the use of windows for harmonic analysis with the discrete Fourier
 * transform", 1978.
 */
public abstract sealed class TensorWindows permits TensorSequences {

  TensorWindows() {}

  /** 1 − |2i / (n − 1) − 1|: a triangle that begins and ends with 0. */
  public static Tensor bartlettWindow(int length, boolean periodic) {
    return window("bartlett_window", length, periodic, x -> 1 - Math.abs(2 * x - 1));
  }

  /** ½ − ½ cos(2πi / (n − 1)), which begins and ends with 0. */
  public static Tensor hannWindow(int length, boolean periodic) {
    return window("hann_window", length, periodic, x -> 0.5 - 0.5 * Math.cos(2 * Math.PI * x));
  }

  /** {@link #hammingWindow(int, boolean, double, double)} with α = 0.54 and β = 0.46. */
  public static Tensor hammingWindow(int length, boolean periodic) {
    return hammingWindow(length, periodic, 0.54, 0.46);
  }

  /** α − β cos(2πi / (n − 1)). */
  public static Tensor hammingWindow(int length, boolean periodic, double alpha, double beta) {
    return window(
        "hamming_window", length, periodic, x -> alpha - beta * Math.cos(2 * Math.PI * x));
  }

  /** 0.42 − 0.5 cos(2πi / (n − 1)) + 0.08 cos(4πi / (n − 1)). */
  public static Tensor blackmanWindow(int length, boolean periodic) {
    return window(
        "blackman_window",
        length,
        periodic,
        x -> 0.42 - 0.5 * Math.cos(2 * Math.PI * x) + 0.08 * Math.cos(4 * Math.PI * x));
  }

  /**
   * I₀(β √(1 − (2i / (n − 1) − 1)²)) / I₀(β) with the Bessel function I₀; PyTorch's β is 12 where
   * none is given. Source: J. F. Kaiser, 1966.
   */
  public static Tensor kaiserWindow(int length, boolean periodic, double beta) {
    return window(
        "kaiser_window",
        length,
        periodic,
        x -> {
          double r = beta * Math.sqrt(Math.max(0, 1 - (2 * x - 1) * (2 * x - 1)));
          return SpecialUnary.I0E.at(r) / SpecialUnary.I0E.at(beta) * Math.exp(r - Math.abs(beta));
        });
  }

  /** The values of {@code f} from 0 to 1. */
  private static Tensor window(String op, int length, boolean periodic, DoubleUnaryOperator f) {
    if (length < 0) {
      throw new IllegalArgumentException(op + ": length " + length + ": must not be negative");
    }
    double last = periodic ? length : length - 1;
    return row(
        length, i -> length == 1 ? 1 : f.applyAsDouble(i / last), Context.current().defaultDtype());
  }

  /** Numbers that are computed one by one, each rounded to the dtype. */
  static Tensor row(int count, IntToDoubleFunction value, DType dtype) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = value.applyAsDouble(i);
    }
    return Tensor.of(values).to(dtype);
  }
}
