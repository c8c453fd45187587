package dev.weft.nn;

/** Checks of constructor arguments, and their text in Python's spelling. */
final class Args {

  private Args() {}

  static long nonNegative(String where, String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          where + ": " + name + " " + value + ": must not be negative");
    }
    return value;
  }

  static double atLeastZero(String where, String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(
          where + ": " + name + " " + value + ": must be at least 0");
    }
    return value;
  }

  static double aboveZero(String where, String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(where + ": " + name + " " + value + ": must be above 0");
    }
    return value;
  }

  static double probability(String where, double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(where + ": p = " + p + ": must be from 0 to 1");
    }
    return p;
  }

  static String python(boolean value) {
    return value ? "True" : "False";
  }

  /** 1e-05 and 0.1, as Python prints them. */
  static String python(double value) {
    double size = Math.abs(value);
    if (value == 0 || size >= 1e-4 && size < 1e16) {
      return Double.toString(value).contains("E")
          ? new java.math.BigDecimal(Double.toString(value)).toPlainString()
          : Double.toString(value);
    }
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    String text = Double.toString(value); // 1.0E-5
    int e = text.indexOf('E');
    String digits = text.substring(0, e);
    int exponent = Integer.parseInt(text.substring(e + 1));
    return (digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits)
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
