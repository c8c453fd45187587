package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * Self-attention, attention to what an encoder made, and two linear maps, each added to its input
 * and normalised. Source: Vaswani et al., "Attention is all you need", 2017.
 *
 * <p>Shape: tgt (L, N, E), memory (S, N, E) → (L, N, E); with {@code batchFirst} N stands in front;
 * or without N. Masks are those of {@link MultiheadAttention}: they say what is hidden.
 */
public final class TransformerDecoderLayer extends Module<TransformerDecoderLayer.Input, Tensor> {

  @StateName("self_attn")
  public final MultiheadAttention selfAttn;

  @StateName("multihead_attn")
  public final MultiheadAttention multiheadAttn;

  public final Linear linear1;
  public final Dropout dropout;
  public final Linear linear2;
  public final LayerNorm norm1;
  public final LayerNorm norm2;
  public final LayerNorm norm3;
  public final Dropout dropout1;
  public final Dropout dropout2;
  public final Dropout dropout3;
  private final TransformerOptions options;

  /**
   * What goes in.
   *
   * @param tgtMask for the self-attention, as {@link MultiheadAttention.Input#attnMask()}
   * @param memoryMask for the attention to the memory
   * @param tgtKeyPaddingMask as {@link MultiheadAttention.Input#keyPaddingMask()}
   * @param memoryKeyPaddingMask the same for the memory
   */
  public record Input(
      Tensor tgt,
      Tensor memory,
      Optional<Tensor> tgtMask,
      Optional<Tensor> memoryMask,
      Optional<Tensor> tgtKeyPaddingMask,
      Optional<Tensor> memoryKeyPaddingMask) {

    /** Without masks. */
    public static Input of(Tensor tgt, Tensor memory) {
      return new Input(
          tgt, memory, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** With targets hidden from single others, such as those behind them. */
    public Input tgtMask(Tensor mask) {
      return new Input(
          tgt, memory, Optional.of(mask), memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask);
    }

    /** With memory hidden from single targets. */
    public Input memoryMask(Tensor mask) {
      return new Input(
          tgt, memory, tgtMask, Optional.of(mask), tgtKeyPaddingMask, memoryKeyPaddingMask);
    }

    /** With targets hidden from all. */
    public Input tgtKeyPaddingMask(Tensor mask) {
      return new Input(tgt, memory, tgtMask, memoryMask, Optional.of(mask), memoryKeyPaddingMask);
    }

    /** With memory hidden from all. */
    public Input memoryKeyPaddingMask(Tensor mask) {
      return new Input(tgt, memory, tgtMask, memoryMask, tgtKeyPaddingMask, Optional.of(mask));
    }

    Input tgt(Tensor other) {
      return new Input(other, memory, tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask);
    }
  }

  public TransformerDecoderLayer(long dModel, long nhead) {
    this(dModel, nhead, TransformerOptions.DEFAULT);
  }

  public TransformerDecoderLayer(long dModel, long nhead, TransformerOptions options) {
    this.options = options;
    selfAttn = options.attention(dModel, nhead);
    multiheadAttn = options.attention(dModel, nhead);
    linear1 = new Linear(dModel, options.dimFeedforward(), options.bias());
    dropout = new Dropout(options.dropout());
    linear2 = new Linear(options.dimFeedforward(), dModel, options.bias());
    norm1 = options.norm(dModel);
    norm2 = options.norm(dModel);
    norm3 = options.norm(dModel);
    dropout1 = new Dropout(options.dropout());
    dropout2 = new Dropout(options.dropout());
    dropout3 = new Dropout(options.dropout());
  }

  /** {@link #apply(Object)} without masks. */
  public Tensor apply(Tensor tgt, Tensor memory) {
    return apply(Input.of(tgt, memory));
  }

  @Override
  protected Tensor forward(Input in) {
    Tensor x = in.tgt;
    if (options.normFirst()) {
      x = x.add(attend(norm1.apply(x), in));
      x = x.add(attendToMemory(norm2.apply(x), in));
      return x.add(feedForward(norm3.apply(x)));
    }
    x = norm1.apply(x.add(attend(x, in)));
    x = norm2.apply(x.add(attendToMemory(x, in)));
    return norm3.apply(x.add(feedForward(x)));
  }

  private Tensor attend(Tensor x, Input in) {
    return dropout1.apply(
        selfAttn
            .apply(
                new MultiheadAttention.Input(
                    x, x, x, in.tgtKeyPaddingMask, in.tgtMask, false, true))
            .output());
  }

  private Tensor attendToMemory(Tensor x, Input in) {
    return dropout2.apply(
        multiheadAttn
            .apply(
                new MultiheadAttention.Input(
                    x, in.memory, in.memory, in.memoryKeyPaddingMask, in.memoryMask, false, true))
            .output());
  }

  private Tensor feedForward(Tensor x) {
    Tensor inner = options.activation().apply(linear1.apply(x));
    return dropout3.apply(linear2.apply(dropout.apply(inner)));
  }
}
