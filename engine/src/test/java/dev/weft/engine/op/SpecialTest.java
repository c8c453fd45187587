package dev.weft.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values to 15 digits and more from Abramowitz and Stegun, table 7.1, and from its formulas. */
class SpecialTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.1, 0.1124629160182849",
    "0.5, 0.5204998778130465",
    "1, 0.8427007929497149",
    "1.5, 0.9661051464753108",
    "2, 0.9953222650189527",
    "2.4, 0.9993114861033549",
    "2.5, 0.9995930479825550",
    "3, 0.9999779095030014",
    "4, 0.9999999845827421",
    "6, 1",
    "100, 1",
    "Infinity, 1"
  })
  void erf(double x, double expected) {
    assertThat(Special.erf(x)).isCloseTo(expected, within(4e-16));
    assertThat(Special.erf(-x)).isCloseTo(-expected, within(4e-16));
    assertThat(Special.erfc(x)).isCloseTo(1 - expected, within(4e-16));
    assertThat(Special.erfc(-x)).isCloseTo(1 + expected, within(4e-16));
  }

  /** Where 1 − erf has no digits left. */
  @ParameterizedTest
  @CsvSource({
    "3, 2.209049699858544e-5",
    "4, 1.541725790028002e-8",
    "5, 1.537459794428035e-12",
    "6, 2.151973671249891e-17",
    "10, 2.088487583762545e-45",
    "26, 5.663192408856143e-296"
  })
  void erfcKeepsItsRelativePrecision(double x, double expected) {
    assertThat(Special.erfc(x) / expected).isCloseTo(1, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"1e-300", "1e-20", "1e-8"})
  void erfIsLinearNearZero(double x) {
    assertThat(Special.erf(x) / (x * 2 / Math.sqrt(Math.PI))).isCloseTo(1, within(4e-16));
  }

  @ParameterizedTest
  @CsvSource({"NaN"})
  void nanStaysNan(double x) {
    assertThat(Special.erf(x)).isNaN();
    assertThat(Special.erfc(x)).isNaN();
  }

  @ParameterizedTest
  @CsvSource({"0", "1e-20", "1e-3", "0.4", "0.5", "0.51", "0.9", "0.999", "0.999999999"})
  void erfinvIsTheInverse(double x) {
    assertThat(Special.erf(Special.erfinv(x))).isCloseTo(x, within(4e-16));
    assertThat(Special.erfinv(-x)).isEqualTo(-Special.erfinv(x));
  }

  @ParameterizedTest
  @CsvSource({"1e-300", "1e-100", "1e-10", "0.01", "0.3", "0.5", "0.7", "0.99"})
  void ndtriIsTheInverseOfNdtr(double p) {
    double x = Special.ndtri(p);
    assertThat(Special.erfc(-x / Math.sqrt(2)) / 2 / p).isCloseTo(1, within(1e-11));
    assertThat(Special.logNdtr(x)).isCloseTo(Math.log(p), within(1e-11));
  }

  @ParameterizedTest
  @CsvSource({"-2", "0", "1", "2.4", "2.6", "5", "20"})
  void erfcxIsErfcScaled(double x) {
    assertThat(Special.erfcx(x) / (Math.exp(x * x) * Special.erfc(x))).isCloseTo(1, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"1e-10", "0.3", "1", "5", "100"})
  void inverseHyperbolicFunctions(double x) {
    assertThat(Special.asinh(Math.sinh(x)) / x).isCloseTo(1, within(1e-15));
    assertThat(Special.acosh(Math.cosh(x))).isCloseTo(x, within(1e-15 * x + 1e-9 * Math.exp(-x)));
    assertThat(Special.atanh(Math.tanh(Math.min(x, 2)))).isCloseTo(Math.min(x, 2), within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({"1e200"})
  void inverseHyperbolicFunctionsDoNotOverflow(double x) {
    assertThat(Special.asinh(-x)).isCloseTo(-Math.log(x) - Math.log(2), within(1e-12));
    assertThat(Special.acosh(x)).isCloseTo(Math.log(x) + Math.log(2), within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"-1, -Infinity", "1, Infinity", "1.5, NaN", "-2, NaN"})
  void edgesOfErfinvAndAtanh(double x, double expected) {
    assertThat(Special.erfinv(x)).isEqualTo(Double.valueOf(expected));
    assertThat(Special.atanh(x)).isEqualTo(Double.valueOf(expected));
  }
}
