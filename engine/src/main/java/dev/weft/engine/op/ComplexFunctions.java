package dev.weft.engine.op;

import dev.weft.engine.Complex;

/**
 * Functions of one complex number in double precision: the principal values, with branch cuts where
 * C99 and PyTorch have them.
 *
 * <p>Source: W. Kahan, "Branch cuts for complex elementary functions", 1987, for the inverse
 * functions; R. L. Smith, "Algorithm 116: complex division", 1962.
 */
final class ComplexFunctions {

  private ComplexFunctions() {}

  static Complex mul(double a, double b, double c, double d) {
    return new Complex(a * c - b * d, a * d + b * c);
  }

  /** (a + ib) / (c + id), without the overflow of c² + d². */
  static Complex div(double a, double b, double c, double d) {
    if (c == 0 && d == 0) {
      return new Complex(a / Math.abs(c), b / Math.abs(d));
    }
    if (Math.abs(c) >= Math.abs(d)) {
      double ratio = d / c;
      double scale = c + d * ratio;
      return new Complex((a + b * ratio) / scale, (b - a * ratio) / scale);
    }
    double ratio = c / d;
    double scale = d + c * ratio;
    return new Complex((a * ratio + b) / scale, (b * ratio - a) / scale);
  }

  static Complex reciprocal(double a, double b) {
    return div(1, 0, a, b);
  }

  static Complex exp(double a, double b) {
    double r = Math.exp(a);
    return b == 0 ? new Complex(r, b) : new Complex(r * Math.cos(b), r * Math.sin(b));
  }

  /** eᶻ − 1 = (eᵃ − 1) cos b − 2 sin²(b/2) + i eᵃ sin b. */
  static Complex expm1(double a, double b) {
    double s = Math.sin(b / 2);
    return new Complex(Math.expm1(a) * Math.cos(b) - 2 * s * s, Math.exp(a) * Math.sin(b));
  }

  static Complex log(double a, double b) {
    double r = Math.hypot(a, b);
    // Near the unit circle the logarithm of r would keep only what rounding left of r − 1.
    double re = r > 0.5 && r < 2 ? Math.log1p((r1(a, b))) / 2 : Math.log(r);
    return new Complex(re, Math.atan2(b, a));
  }

  /** |z|² − 1, from the larger part. */
  private static double r1(double a, double b) {
    double large = Math.max(Math.abs(a), Math.abs(b));
    double small = Math.min(Math.abs(a), Math.abs(b));
    return (large - 1) * (large + 1) + small * small;
  }

  static Complex log1p(double a, double b) {
    double s = a * (2 + a) + b * b; // |1 + z|² − 1
    double re = Math.abs(s) < 0.5 ? Math.log1p(s) / 2 : Math.log(Math.hypot(1 + a, b));
    return new Complex(re, Math.atan2(b, 1 + a));
  }

  static Complex sqrt(double a, double b) {
    if (a == 0 && b == 0) {
      return new Complex(0, b);
    }
    if (Double.isInfinite(b)) {
      return new Complex(Double.POSITIVE_INFINITY, b);
    }
    double t = Math.sqrt((Math.abs(a) / 8 + Math.hypot(a / 8, b / 8))) * 2; // no overflow
    if (a >= 0) {
      return new Complex(t, b / (2 * t));
    }
    return new Complex(Math.abs(b) / (2 * t), Math.copySign(t, b));
  }

  static Complex sin(double a, double b) {
    return new Complex(Math.sin(a) * Math.cosh(b), Math.cos(a) * Math.sinh(b));
  }

  static Complex cos(double a, double b) {
    return new Complex(Math.cos(a) * Math.cosh(b), -Math.sin(a) * Math.sinh(b));
  }

  /** tan z = −i tanh(iz). */
  static Complex tan(double a, double b) {
    Complex t = tanh(-b, a);
    return new Complex(t.im(), -t.re());
  }

  static Complex sinh(double a, double b) {
    return new Complex(Math.sinh(a) * Math.cos(b), Math.cosh(a) * Math.sin(b));
  }

  static Complex cosh(double a, double b) {
    return new Complex(Math.cosh(a) * Math.cos(b), Math.sinh(a) * Math.sin(b));
  }

  static Complex tanh(double a, double b) {
    if (Math.abs(a) > 20) { // 1 − tanh a is below half a unit in the last place
      double decay = Math.exp(-2 * Math.abs(a));
      return new Complex(Math.copySign(1, a), 4 * Math.sin(b) * Math.cos(b) * decay);
    }
    double s = Math.sinh(a);
    double c = Math.cos(b);
    double r = s * s + c * c;
    return new Complex(s * Math.cosh(a) / r, Math.sin(b) * c / r);
  }

  /** asin z = −i asinh(iz). */
  static Complex asin(double a, double b) {
    Complex t = asinh(-b, a);
    return new Complex(t.im(), -t.re());
  }

  static Complex acos(double a, double b) {
    Complex minus = sqrt(1 - a, -b);
    Complex plus = sqrt(1 + a, b);
    return new Complex(
        2 * Math.atan2(minus.re(), plus.re()),
        Special.asinh(plus.re() * minus.im() - plus.im() * minus.re()));
  }

  /** atan z = −i atanh(iz). */
  static Complex atan(double a, double b) {
    Complex t = atanh(-b, a);
    return new Complex(t.im(), -t.re());
  }

  static Complex asinh(double a, double b) {
    Complex plus = sqrt(1 + b, -a);
    Complex minus = sqrt(1 - b, a);
    return new Complex(
        Special.asinh(plus.re() * minus.im() - minus.re() * plus.im()),
        Math.atan2(b, plus.re() * minus.re() - plus.im() * minus.im()));
  }

  static Complex acosh(double a, double b) {
    Complex minus = sqrt(a - 1, b);
    Complex plus = sqrt(a + 1, b);
    return new Complex(
        Special.asinh(minus.re() * plus.re() + minus.im() * plus.im()),
        2 * Math.atan2(minus.im(), plus.re()));
  }

  /** ½ log((1 + z) / (1 − z)), for a ≥ 0; the function is odd. */
  static Complex atanh(double a, double b) {
    if (Math.copySign(1, a) < 0) {
      Complex t = atanh(-a, -b);
      return new Complex(-t.re(), -t.im());
    }
    double away = (1 - a) * (1 - a) + b * b;
    return new Complex(
        Math.log1p(4 * a / away) / 4, Math.atan2(2 * b, (1 - a) * (1 + a) - b * b) / 2);
  }

  /** z^w = exp(w log z); z⁰ is 1, and 0^w is 0 where w has a positive real part. */
  static Complex pow(double a, double b, double c, double d) {
    if (c == 0 && d == 0) {
      return new Complex(1, 0);
    }
    if (a == 0 && b == 0 && c > 0) {
      return new Complex(0, 0);
    }
    Complex log = log(a, b);
    Complex product = mul(c, d, log.re(), log.im());
    return exp(product.re(), product.im());
  }

  /** z / |z|; 0 at 0. */
  static Complex sgn(double a, double b) {
    double r = Math.hypot(a, b);
    return r == 0 ? new Complex(0, 0) : new Complex(a / r, b / r);
  }
}
