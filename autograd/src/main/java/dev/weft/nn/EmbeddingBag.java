package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Locale;
import java.util.Optional;

/**
 * A table of vectors, of which several at a time are combined. See {@link Functional#embeddingBag}.
 *
 * <p>Shape: (B, N), or (N) with B offsets → (B, D); weight (V, D). The weight starts standard
 * normal; the row of the padding index starts at 0.
 */
public final class EmbeddingBag extends Module<EmbeddingBag.Input, Tensor> {

  /** How the vectors of a bag are combined. */
  public enum Mode {
    SUM,
    MEAN,
    MAX;

    /** PyTorch's name: {@code mean}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public final Parameter weight;
  private final Mode mode;
  private final boolean includeLastOffset;
  private final EmbeddingOptions options;

  /**
   * What goes in.
   *
   * @param input numbers of vectors
   * @param offsets where each bag begins, if the numbers have one dimension
   * @param perSampleWeights a factor for each number, in sums
   */
  public record Input(Tensor input, Optional<Tensor> offsets, Optional<Tensor> perSampleWeights) {}

  /** V vectors of D numbers, combined to means. */
  public EmbeddingBag(long numEmbeddings, long embeddingDim) {
    this(numEmbeddings, embeddingDim, Mode.MEAN);
  }

  public EmbeddingBag(long numEmbeddings, long embeddingDim, Mode mode) {
    this(numEmbeddings, embeddingDim, mode, false, EmbeddingOptions.DEFAULT);
  }

  /**
   * @param includeLastOffset whether the last offset is the number of all, and begins no bag
   */
  public EmbeddingBag(
      long numEmbeddings,
      long embeddingDim,
      Mode mode,
      boolean includeLastOffset,
      EmbeddingOptions options) {
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
    this.options = options;
    weight = Embedding.table("EmbeddingBag", numEmbeddings, embeddingDim, options);
  }

  /** {@link #apply(Object)} of bags of one size, (B, N). */
  public Tensor apply(Tensor input) {
    return apply(new Input(input, Optional.empty(), Optional.empty()));
  }

  /** {@link #apply(Object)} of bags that begin at offsets. */
  public Tensor apply(Tensor input, Tensor offsets) {
    return apply(new Input(input, Optional.of(offsets), Optional.empty()));
  }

  @Override
  protected Tensor forward(Input in) {
    return Functional.embeddingBag(
        in.input, weight, in.offsets, in.perSampleWeights, mode, includeLastOffset, options);
  }

  @Override
  protected String extraRepr() {
    return weight.size(0) + ", " + weight.size(1) + ", mode='" + mode + "'";
  }
}
