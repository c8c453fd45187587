package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.OptionalLong;

/**
 * A table of vectors, looked up by number.
 *
 * <p>Shape: (*) int64 or int32 → (*, D); weight (V, D). The weight starts standard normal; the row
 * of the padding index starts at 0 and gets no gradient.
 */
public final class Embedding extends Module<Tensor, Tensor> {

  public final Parameter weight;
  private final OptionalLong paddingIdx;

  /** V vectors of D numbers. */
  public Embedding(long numEmbeddings, long embeddingDim) {
    this(numEmbeddings, embeddingDim, OptionalLong.empty());
  }

  /** V vectors of D numbers; number {@code paddingIdx} stands for "nothing here". */
  public Embedding(long numEmbeddings, long embeddingDim, long paddingIdx) {
    this(numEmbeddings, embeddingDim, OptionalLong.of(paddingIdx));
  }

  private Embedding(long numEmbeddings, long embeddingDim, OptionalLong padding) {
    Args.nonNegative("Embedding", "numEmbeddings", numEmbeddings);
    Args.nonNegative("Embedding", "embeddingDim", embeddingDim);
    paddingIdx =
        padding.isPresent()
            ? OptionalLong.of(
                Functional.paddingIndex("Embedding", padding.getAsLong(), numEmbeddings))
            : padding;
    weight = Init.parameter(this::fill, numEmbeddings, embeddingDim);
  }

  private Embedding(Parameter weight) {
    this.weight = weight;
    this.paddingIdx = OptionalLong.empty();
  }

  /** A table over the memory of {@code weight}, (V, D); frozen, it is not trained. */
  public static Embedding fromPretrained(Tensor weight, boolean freeze) {
    if (weight.rank() != 2) {
      throw new dev.weft.engine.ShapeException(
          "Embedding: weight " + weight.shape() + ": must have two dimensions");
    }
    return new Embedding(Parameter.of(weight, !freeze));
  }

  private void fill(Tensor table) {
    Init.normal(table);
    if (paddingIdx.isPresent() && !table.device().isMeta()) {
      try (var _ = TensorScope.open();
          var _ = Context.current().withGrad(false)) {
        table.get(paddingIdx.getAsLong()).zeroInPlace();
      }
    }
  }

  @Override
  protected Tensor forward(Tensor ids) {
    return paddingIdx.isPresent()
        ? Functional.embedding(ids, weight, paddingIdx.getAsLong())
        : Functional.embedding(ids, weight);
  }

  @Override
  protected String extraRepr() {
    String padding = paddingIdx.isPresent() ? ", padding_idx=" + paddingIdx.getAsLong() : "";
    return weight.size(0) + ", " + weight.size(1) + padding;
  }
}
