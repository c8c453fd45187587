package dev.weft.engine;

/** How a quotient becomes a whole number. */
public enum Rounding {
  /** Towards zero. */
  TRUNC,
  /** Towards −∞. */
  FLOOR
}
