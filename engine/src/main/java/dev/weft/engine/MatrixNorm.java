package dev.weft.engine;

/** A norm of a matrix; {@code MINUS_…} takes the smallest where the other takes the largest. */
public enum MatrixNorm {
  /** Frobenius: the Euclidean norm of all elements. */
  FRO,
  /** Nuclear: the sum of the singular values. */
  NUC,
  /** The largest sum of magnitudes of a row. */
  INF,
  MINUS_INF,
  /** The largest sum of magnitudes of a column. */
  ONE,
  MINUS_ONE,
  /** The largest singular value. */
  TWO,
  MINUS_TWO
}
