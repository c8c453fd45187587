package dev.weft.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Closed forms, and identities between values that are computed in different ways. */
class GammaFunctionsTest {

  private static final double EULER = 0.57721566490153286;

  private static void assertClose(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, within(1e-14 * Math.max(1, Math.abs(expected))));
  }

  @Test
  void lgammaOfIntegersAndHalves() {
    double factorial = 1;
    for (int n = 1; n < 20; n++) {
      assertClose(GammaFunctions.lgamma(n), Math.log(factorial));
      factorial *= n;
    }
    assertClose(GammaFunctions.lgamma(0.5), Math.log(Math.PI) / 2);
    assertClose(GammaFunctions.lgamma(-0.5), Math.log(2 * Math.sqrt(Math.PI)));
    assertClose(GammaFunctions.lgamma(-1.5), Math.log(4 * Math.sqrt(Math.PI) / 3));
  }

  /** Near its zeros at 1 and 2 it is −γ z and (1 − γ) z, with all digits. */
  @ParameterizedTest
  @CsvSource({"1e-3", "1e-6", "1e-9"})
  void lgammaKeepsItsRelativePrecisionAtItsZeros(double z) {
    double quadratic = Math.PI * Math.PI / 12;
    assertThat(GammaFunctions.lgamma(1 + z) / (-EULER * z + quadratic * z * z))
        .isCloseTo(1, within(z * z + 1e-7 * z + 1e-15 / z * 2e-1));
    assertThat(GammaFunctions.lgamma(2 + z) / ((1 - EULER) * z + (quadratic - 0.5) * z * z))
        .isCloseTo(1, within(z * z + 1e-7 * z + 1e-15 / z * 2e-1));
  }

  @ParameterizedTest
  @CsvSource({
    "0.01", "0.3", "0.499", "0.5", "1.49", "1.5", "2.49", "2.5", "7.3", "11.9", "12.1", "80"
  })
  void theRecurrencesHold(double x) {
    assertClose(GammaFunctions.lgamma(x + 1), GammaFunctions.lgamma(x) + Math.log(x));
    assertThat(GammaFunctions.digamma(x + 1))
        .isCloseTo(GammaFunctions.digamma(x) + 1 / x, within(1e-14 * (1 + 1 / x)));
    assertThat(GammaFunctions.polygamma(1, x + 1))
        .isCloseTo(GammaFunctions.polygamma(1, x) - 1 / (x * x), within(1e-14 * (1 + 1 / (x * x))));
  }

  @Test
  void digammaAndTrigammaInClosedForm() {
    assertClose(GammaFunctions.digamma(1), -EULER);
    assertClose(GammaFunctions.digamma(0.5), -EULER - 2 * Math.log(2));
    assertClose(GammaFunctions.digamma(-0.5), -EULER - 2 * Math.log(2) + 2);
    assertClose(GammaFunctions.polygamma(1, 1), Math.PI * Math.PI / 6);
    assertClose(GammaFunctions.polygamma(1, 0.5), Math.PI * Math.PI / 2);
    assertClose(GammaFunctions.polygamma(1, -0.5), Math.PI * Math.PI / 2 + 4);
    assertClose(GammaFunctions.polygamma(3, 1), Math.pow(Math.PI, 4) / 15);
  }

  @Test
  void zetaInClosedForm() {
    assertClose(GammaFunctions.zeta(2, 1), Math.PI * Math.PI / 6);
    assertClose(GammaFunctions.zeta(4, 1), Math.pow(Math.PI, 4) / 90);
    assertClose(GammaFunctions.zeta(3, 1), 1.2020569031595942); // Apéry's constant
    assertClose(GammaFunctions.zeta(2, 0.5), Math.PI * Math.PI / 2);
    assertClose(GammaFunctions.zeta(60, 1), 1 + Math.pow(2, -60));
    assertThat(GammaFunctions.zeta(1, 3)).isInfinite();
    assertThat(GammaFunctions.zeta(3, -2)).isInfinite();
    assertThat(GammaFunctions.zeta(0.5, 3)).isNaN();
    assertThat(GammaFunctions.zeta(2.5, -0.5)).isNaN();
  }

  @Test
  void poles() {
    assertThat(GammaFunctions.lgamma(0)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(GammaFunctions.lgamma(-3)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(GammaFunctions.lgamma(Double.NEGATIVE_INFINITY)).isInfinite();
    assertThat(GammaFunctions.lgamma(Double.NaN)).isNaN();
    assertThat(GammaFunctions.digamma(0.0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(GammaFunctions.digamma(-0.0)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(GammaFunctions.digamma(-2)).isNaN();
  }

  /** P(1, x) = 1 − e⁻ˣ and P(½, x²) = erf x, on both sides of where the formulas change. */
  @ParameterizedTest
  @CsvSource({"0.01", "0.5", "1.2", "1.4", "1.9", "2.1", "4", "7"})
  void incompleteGammaInClosedForm(double x) {
    assertClose(GammaFunctions.gammaP(1, x), -Math.expm1(-x));
    assertThat(GammaFunctions.gammaQ(1, x) / Math.exp(-x)).isCloseTo(1, within(1e-13));
    assertClose(GammaFunctions.gammaP(0.5, x * x), Special.erf(x));
    assertThat(GammaFunctions.gammaQ(0.5, x * x) / Special.erfc(x)).isCloseTo(1, within(1e-11));
  }

  /** P(a + 1, x) = P(a, x) − xᵃ e⁻ˣ / Γ(a + 1), where large a take another way. */
  @ParameterizedTest
  @CsvSource({"11.5, 11", "12.5, 13", "100, 90", "100, 110", "5000, 5010"})
  void incompleteGammaForLargeOrder(double a, double x) {
    double step = Math.exp(a * Math.log(x) - x - GammaFunctions.lgamma(a + 1));
    assertThat(GammaFunctions.gammaP(a + 1, x))
        .isCloseTo(GammaFunctions.gammaP(a, x) - step, within(1e-12));
    assertThat(GammaFunctions.gammaP(a, x) + GammaFunctions.gammaQ(a, x))
        .isCloseTo(1, within(1e-14));
  }

  @Test
  void incompleteGammaAtTheEdges() {
    assertThat(GammaFunctions.gammaP(2, 0)).isZero();
    assertThat(GammaFunctions.gammaQ(2, 0)).isEqualTo(1);
    assertThat(GammaFunctions.gammaP(0, 2)).isEqualTo(1);
    assertThat(GammaFunctions.gammaP(2, Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(GammaFunctions.gammaP(0, 0)).isNaN();
    assertThat(GammaFunctions.gammaP(-1, 2)).isNaN();
    assertThat(GammaFunctions.gammaP(1, -2)).isNaN();
  }
}
