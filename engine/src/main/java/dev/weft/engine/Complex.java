package dev.weft.engine;

/**
 * One complex number re + im·i: an element of a complex tensor, or a Python {@code complex} in a
 * file. Immutable.
 */
public record Complex(double re, double im) {

  /** The imaginary unit. */
  public static final Complex I = new Complex(0, 1);

  /** As Python writes it: {@code (1.0+2.0j)}. */
  @Override
  public String toString() {
    boolean negative = Double.compare(im, 0) < 0;
    return "(" + re + (negative ? "-" : "+") + Math.abs(im) + "j)";
  }
}
