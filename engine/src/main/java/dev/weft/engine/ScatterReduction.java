package dev.weft.engine;

/** How {@code scatterReduce} combines the elements that meet in one place. */
public enum ScatterReduction {
  SUM,
  PROD,
  /** Integers are rounded down. */
  MEAN,
  AMAX,
  AMIN
}
