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
}
