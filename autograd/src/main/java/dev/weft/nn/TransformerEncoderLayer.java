package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * Self-attention and two linear maps, each added to its input and normalised. Source: Vaswani et
 * al., "Attention is all you need", 2017.
 *
 * <p>Shape: (L, N, E) → (L, N, E); with {@code batchFirst} (N, L, E); or (L, E). Masks are those of
 * {@link MultiheadAttention}: they say what is hidden.
 */
public final class TransformerEncoderLayer extends Module<TransformerEncoderLayer.Input, Tensor> {

  @StateName("self_attn")
  public final MultiheadAttention selfAttn;

  public final Linear linear1;
  public final Dropout dropout;
  public final Linear linear2;
  public final LayerNorm norm1;
  public final LayerNorm norm2;
  public final Dropout dropout1;
  public final Dropout dropout2;
  private final TransformerOptions options;

  /**
   * What goes in.
   *
   * @param srcMask as {@link MultiheadAttention.Input#attnMask()}
   * @param srcKeyPaddingMask as {@link MultiheadAttention.Input#keyPaddingMask()}
   */
  public record Input(Tensor src, Optional<Tensor> srcMask, Optional<Tensor> srcKeyPaddingMask) {

    /** Without masks. */
    public static Input of(Tensor src) {
      return new Input(src, Optional.empty(), Optional.empty());
    }

    /** With elements hidden from single others. */
    public Input srcMask(Tensor mask) {
      return new Input(src, Optional.of(mask), srcKeyPaddingMask);
    }

    /** With elements hidden from all. */
    public Input srcKeyPaddingMask(Tensor mask) {
      return new Input(src, srcMask, Optional.of(mask));
    }
  }

  public TransformerEncoderLayer(long dModel, long nhead) {
    this(dModel, nhead, TransformerOptions.DEFAULT);
  }

  public TransformerEncoderLayer(long dModel, long nhead, TransformerOptions options) {
    this.options = options;
    selfAttn = options.attention(dModel, nhead);
    linear1 = new Linear(dModel, options.dimFeedforward(), options.bias());
    dropout = new Dropout(options.dropout());
    linear2 = new Linear(options.dimFeedforward(), dModel, options.bias());
    norm1 = options.norm(dModel);
    norm2 = options.norm(dModel);
    dropout1 = new Dropout(options.dropout());
    dropout2 = new Dropout(options.dropout());
  }

  /** {@link #apply(Object)} without masks. */
  public Tensor apply(Tensor src) {
    return apply(Input.of(src));
  }

  @Override
  protected Tensor forward(Input in) {
    Tensor x = in.src;
    if (options.normFirst()) {
      x = x.add(attend(norm1.apply(x), in));
      return x.add(feedForward(norm2.apply(x)));
    }
    x = norm1.apply(x.add(attend(x, in)));
    return norm2.apply(x.add(feedForward(x)));
  }

  private Tensor attend(Tensor x, Input in) {
    return dropout1.apply(
        selfAttn
            .apply(
                new MultiheadAttention.Input(
                    x, x, x, in.srcKeyPaddingMask, in.srcMask, false, true))
            .output());
  }

  private Tensor feedForward(Tensor x) {
    Tensor inner = options.activation().apply(linear1.apply(x));
    return dropout2.apply(linear2.apply(dropout.apply(inner)));
  }
}
