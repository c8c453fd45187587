package dev.weft.fabric;

/**
 * How {@link Fabric#clipGradients} limits gradients: their norm as a whole, or each element.
 *
 * {@snippet :
 * fabric.clipGradients(model, optimizer, Clip.norm(1.0));
 * fabric.clipGradients(model, optimizer, Clip.norm(1.0, Double.POSITIVE_INFINITY));
 * fabric.clipGradients(model, optimizer, Clip.value(0.5));
 * }
 */
public sealed interface Clip {

  /**
   * Scales all gradients by maxNorm / (norm + 10⁻⁶) when that is below 1.
   *
   * @param maxNorm the largest norm that gradients keep
   * @param normType p of the norm (Σ |g|ᵖ)^(1/p); infinity for the largest element
   * @param errorIfNonfinite whether a norm that is NaN or infinite is an error
   */
  record Norm(double maxNorm, double normType, boolean errorIfNonfinite) implements Clip {
    public Norm {
      if (!(maxNorm >= 0)) {
        throw new IllegalArgumentException("Clip.norm: maxNorm=" + maxNorm + " must be 0 or more");
      }
      if (!(normType > 0)) {
        throw new IllegalArgumentException(
            "Clip.norm: normType=" + normType + " must be above 0; infinity is allowed");
      }
    }

    /** The same, with norms that are NaN or infinite allowed or not. */
    public Norm errorIfNonfinite(boolean error) {
      return new Norm(maxNorm, normType, error);
    }
  }

  /**
   * Limits each element g to −clipValue ≤ g ≤ clipValue.
   *
   * @param clipValue the largest magnitude that an element keeps
   */
  record Value(double clipValue) implements Clip {
    public Value {
      if (!(clipValue >= 0)) {
        throw new IllegalArgumentException(
            "Clip.value: clipValue=" + clipValue + " must be 0 or more");
      }
    }
  }

  /** By the Euclidean norm; one that is NaN or infinite is an error. */
  static Norm norm(double maxNorm) {
    return norm(maxNorm, 2);
  }

  /** By the norm of order {@code normType}. */
  static Norm norm(double maxNorm, double normType) {
    return new Norm(maxNorm, normType, true);
  }

  /** Element by element. */
  static Value value(double clipValue) {
    return new Value(clipValue);
  }
}
