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
  private final EmbeddingOptions options;

  /** V vectors of D numbers. */
  public Embedding(long numEmbeddings, long embeddingDim) {
    this(numEmbeddings, embeddingDim, EmbeddingOptions.DEFAULT);
  }

  /** V vectors of D numbers; number {@code paddingIdx} stands for "nothing here". */
  public Embedding(long numEmbeddings, long embeddingDim, long paddingIdx) {
    this(numEmbeddings, embeddingDim, EmbeddingOptions.DEFAULT.paddingIdx(paddingIdx));
  }

  /** V vectors of D numbers. */
  public Embedding(long numEmbeddings, long embeddingDim, EmbeddingOptions options) {
    this.options = options;
    weight = table("Embedding", numEmbeddings, embeddingDim, options);
  }

  private Embedding(Parameter weight) {
    this.weight = weight;
    this.options = EmbeddingOptions.DEFAULT;
  }

  /** A table over the memory of {@code weight}, (V, D); frozen, it is not trained. */
  public static Embedding fromPretrained(Tensor weight, boolean freeze) {
    if (weight.rank() != 2) {
      throw new dev.weft.engine.ShapeException(
          "Embedding: weight " + weight.shape() + ": must have two dimensions");
    }
    return new Embedding(Parameter.of(weight, !freeze));
  }

  static Parameter table(String name, long rows, long columns, EmbeddingOptions options) {
    Args.nonNegative(name, "numEmbeddings", rows);
    Args.nonNegative(name, "embeddingDim", columns);
    OptionalLong padding = options.paddingIdx();
    long row = padding.isEmpty() ? -1 : Lookup.paddingIndex(name, padding.getAsLong(), rows);
    return Init.parameter(table -> fill(table, row), rows, columns);
  }

  private static void fill(Tensor table, long padding) {
    Init.normal(table);
    if (padding >= 0 && !table.device().isMeta()) {
      try (var _ = TensorScope.open();
          var _ = Context.current().withGrad(false)) {
        table.get(padding).zeroInPlace();
      }
    }
  }

  @Override
  protected Tensor forward(Tensor ids) {
    return Functional.embedding(ids, weight, options);
  }

  @Override
  protected String extraRepr() {
    OptionalLong padding = options.paddingIdx();
    return weight.size(0)
        + ", "
        + weight.size(1)
        + (padding.isPresent()
            ? ", padding_idx="
                + Lookup.paddingIndex("Embedding", padding.getAsLong(), weight.size(0))
            : "")
        + (options.maxNorm().isPresent()
            ? ", max_norm=" + Args.python(options.maxNorm().getAsDouble())
            : "");
  }
}
