package dev.weft.fabric.text;

import java.math.BigDecimal;
import java.math.MathContext;

/** Values as Python prints them, for files that its tools write as well. */
public final class PythonText {

  private PythonText() {}

  /** {@code repr} of a number, {@code True}, {@code False}, or the text form of anything else. */
  public static String of(Object value) {
    return switch (value) {
      case Boolean b -> b ? "True" : "False";
      case Double d -> number(d);
      case Float f -> number(f);
      default -> value.toString();
    };
  }

  /**
   * {@code repr} of a float: the shortest digits that read back as the same number, with an
   * exponent below 10⁻⁴ and from 10¹⁶ on.
   */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0.0";
    }
    var decimal = shortest(Math.abs(value));
    String digits = decimal.unscaledValue().toString();
    int exponent = digits.length() - decimal.scale() - 1;
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
      return sign + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + size;
    }
    String plain = decimal.toPlainString();
    return sign + (plain.contains(".") ? plain : plain + ".0");
  }

  /** Java shows two digits where one would do: 4.9e-324 for 5e-324. */
  private static BigDecimal shortest(double value) {
    var decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (decimal.precision() == 2) {
      BigDecimal shorter = decimal.round(new MathContext(1));
      return shorter.doubleValue() == value ? shorter.stripTrailingZeros() : decimal;
    }
    return decimal;
  }
}
