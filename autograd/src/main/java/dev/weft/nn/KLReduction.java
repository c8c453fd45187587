package dev.weft.nn;

/** What {@link Functional#klDiv} does with its elements. */
public enum KLReduction {
  NONE,
  SUM,
  /** The mean of all elements; not the mean divergence, see {@link #BATCHMEAN}. */
  MEAN,
  /** The sum divided by the input's first size, as the divergence is defined. */
  BATCHMEAN
}
