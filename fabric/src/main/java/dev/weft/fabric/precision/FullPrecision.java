package dev.weft.fabric.precision;

/** {@code 32-true}: nothing is converted; a model that was made in float64 stays so. Immutable. */
public final class FullPrecision implements Precision {

  @Override
  public String name() {
    return "32-true";
  }

  @Override
  public String toString() {
    return name();
  }
}
