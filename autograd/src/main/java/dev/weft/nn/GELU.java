package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Locale;

/**
 * x Φ(x), with Φ the normal distribution's function. Source: Hendrycks, Gimpel, "Gaussian error
 * linear units", 2016.
 */
public final class GELU extends Module<Tensor, Tensor> {

  /** How Φ is computed. */
  public enum Approximate {
    /** By the error function. */
    NONE,
    /** ½ (1 + tanh(√(2/π) (x + 0.044715 x³))). */
    TANH
  }

  private final Approximate approximate;

  /** The exact form. */
  public GELU() {
    this(Approximate.NONE);
  }

  public GELU(Approximate approximate) {
    this.approximate = approximate;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.gelu(x, approximate);
  }

  @Override
  protected String extraRepr() {
    return "approximate='" + approximate.name().toLowerCase(Locale.ROOT) + "'";
  }
}
