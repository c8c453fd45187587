package dev.weft.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against Bessel's integral: Iᵥ(x) = 1/π ∫₀^π exp(x cos t) cos(vt) dt (DLMF 10.32.3). */
class BesselFunctionsTest {

  /** The trapezoidal rule on a periodic function converges faster than any power of the step. */
  private static double integral(DoubleUnaryOperator f) {
    int steps = 400;
    double sum = (f.applyAsDouble(0) + f.applyAsDouble(Math.PI)) / 2;
    for (int k = 1; k < steps; k++) {
      sum += f.applyAsDouble(Math.PI * k / steps);
    }
    return sum / steps;
  }

  @ParameterizedTest
  @CsvSource({"0", "0.1", "1", "5", "12", "29.9", "30.1", "100", "500"})
  void agreesWithTheIntegral(double x) {
    double i0e = integral(t -> Math.exp(x * (Math.cos(t) - 1)));
    double i1e = integral(t -> Math.exp(x * (Math.cos(t) - 1)) * Math.cos(t));
    assertThat(BesselFunctions.i0e(x)).isCloseTo(i0e, within(1e-14));
    assertThat(BesselFunctions.i1e(x)).isCloseTo(i1e, within(1e-14));
    assertThat(BesselFunctions.i1e(-x)).isCloseTo(-i1e, within(1e-14));
    assertThat(BesselFunctions.i0(-x) / (Math.exp(x) * i0e)).isCloseTo(1, within(1e-12));
    assertThat(BesselFunctions.i1(x)).isCloseTo(Math.exp(x) * i1e, within(1e-12 * Math.exp(x)));
  }

  @Test
  void farOut() {
    assertThat(BesselFunctions.i0(1000)).isInfinite();
    assertThat(BesselFunctions.i0e(Double.POSITIVE_INFINITY)).isZero();
    assertThat(BesselFunctions.i1e(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(BesselFunctions.i0(Double.NaN)).isNaN();
    assertThat(BesselFunctions.i1e(Double.NaN)).isNaN();
  }
}
