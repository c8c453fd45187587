package dev.weft.engine;

/** What a quantile between two elements is. */
public enum Interpolation {
  /** In proportion to the distances. */
  LINEAR,
  LOWER,
  HIGHER,
  /** The mean of both. */
  MIDPOINT,
  /** The nearer one; half-way, the one with the even place. */
  NEAREST
}
