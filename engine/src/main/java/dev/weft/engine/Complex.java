package dev.weft.engine;

/**
 * One complex number re + im·i: an element of a complex tensor, or a Python {@code complex} in a
 * file. Immutable.
 */
public record Complex(double re, double im) {

  /** The imaginary unit. */
  public static final Complex I = new Complex(0, 1);

  /** this + y. */
  public Complex plus(Complex y) {
    return new Complex(re + y.re, im + y.im);
  }

  /** this − y. */
  public Complex minus(Complex y) {
    return new Complex(re - y.re, im - y.im);
  }

  /** this · y. */
  public Complex times(Complex y) {
    return new Complex(re * y.re - im * y.im, re * y.im + im * y.re);
  }

  /** this · y. */
  public Complex times(double y) {
    return new Complex(re * y, im * y);
  }

  /** The conjugate. */
  public Complex conj() {
    return new Complex(re, -im);
  }

  /** The magnitude. */
  public double abs() {
    return Math.hypot(re, im);
  }

  /** As Python writes it: {@code (1.0+2.0j)}. */
  @Override
  public String toString() {
    boolean negative = Double.compare(im, 0) < 0;
    return "(" + re + (negative ? "-" : "+") + Math.abs(im) + "j)";
  }
}
