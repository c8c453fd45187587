package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Tensor;

/** Which keys a query of {@link Functional#scaledDotProductAttention} may look at. */
public sealed interface AttentionMask {

  /** Every query sees every key. */
  AttentionMask NONE = new None();

  /** Query i sees keys 0 to i, also where there are more or fewer keys than queries. */
  AttentionMask CAUSAL = new Causal();

  /**
   * A mask that broadcasts to (*, queries, keys). Where it is bool, true means "may look"; where it
   * is floating, it is added to the scores, so −∞ hides a key. A query that sees no key gets zeros.
   */
  static AttentionMask of(Tensor mask) {
    return new Given(mask);
  }

  /** See {@link #NONE}. */
  record None() implements AttentionMask {}

  /** See {@link #CAUSAL}. */
  record Causal() implements AttentionMask {}

  /** See {@link #of}. */
  record Given(Tensor mask) implements AttentionMask {
    public Given {
      if (mask.dtype() != DType.BOOL && !mask.dtype().isFloating()) {
        throw new DTypeException(
            "attention mask: " + mask.spec() + ": must be bool, or floating to be added");
      }
    }
  }
}
