package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * An encoder and a decoder that attends to what it made. Weights of more than one dimension start
 * by {@link Init#xavierUniform}. Source: Vaswani et al., "Attention is all you need", 2017.
 *
 * <p>Shape: src (S, N, E), tgt (T, N, E) → (T, N, E); with {@code batchFirst} N stands in front; or
 * without N.
 *
 * {@snippet :
 * var model = new Transformer(512, 8, 6, 6);
 * Tensor mask = Transformer.generateSquareSubsequentMask(tgt.size(0));
 * Tensor y = model.apply(Transformer.Input.of(src, tgt).tgtMask(mask));
 * }
 */
public final class Transformer extends Module<Transformer.Input, Tensor> {

  public final TransformerEncoder encoder;
  public final TransformerDecoder decoder;
  private final long dModel;
  private final boolean batchFirst;

  /**
   * What goes in. Masks are those of {@link MultiheadAttention}: they say what is hidden.
   *
   * @param srcMask for the encoder's self-attention
   * @param tgtMask for the decoder's self-attention
   * @param memoryMask for the attention of targets to what the encoder made
   * @param srcKeyPaddingMask which sources are padding
   * @param tgtKeyPaddingMask which targets are padding
   * @param memoryKeyPaddingMask which of what the encoder made is padding
   */
  public record Input(
      Tensor src,
      Tensor tgt,
      Optional<Tensor> srcMask,
      Optional<Tensor> tgtMask,
      Optional<Tensor> memoryMask,
      Optional<Tensor> srcKeyPaddingMask,
      Optional<Tensor> tgtKeyPaddingMask,
      Optional<Tensor> memoryKeyPaddingMask) {

    /** Without masks. */
    public static Input of(Tensor src, Tensor tgt) {
      Optional<Tensor> none = Optional.empty();
      return new Input(src, tgt, none, none, none, none, none, none);
    }

    /** With targets hidden from single others, such as those behind them. */
    public Input tgtMask(Tensor mask) {
      return new Input(
          src,
          tgt,
          srcMask,
          Optional.of(mask),
          memoryMask,
          srcKeyPaddingMask,
          tgtKeyPaddingMask,
          memoryKeyPaddingMask);
    }

    /** With padding behind the sources and the targets, which nothing attends to. */
    public Input padding(Tensor ofSources, Tensor ofTargets) {
      return new Input(
          src,
          tgt,
          srcMask,
          tgtMask,
          memoryMask,
          Optional.of(ofSources),
          Optional.of(ofTargets),
          Optional.of(ofSources));
    }
  }

  /** Width 512, 8 heads, 6 layers each, and the default options. */
  public Transformer() {
    this(512, 8, 6, 6);
  }

  public Transformer(long dModel, long nhead, int encoderLayers, int decoderLayers) {
    this(dModel, nhead, encoderLayers, decoderLayers, TransformerOptions.DEFAULT);
  }

  public Transformer(
      long dModel, long nhead, int encoderLayers, int decoderLayers, TransformerOptions options) {
    this(
        new TransformerEncoder(
            new TransformerEncoderLayer(dModel, nhead, options),
            encoderLayers,
            Optional.of(options.norm(dModel))),
        new TransformerDecoder(
            new TransformerDecoderLayer(dModel, nhead, options),
            decoderLayers,
            Optional.of(options.norm(dModel))),
        dModel,
        options.batchFirst());
    for (Parameter parameter : parameters()) {
      if (parameter.rank() > 1) {
        Init.xavierUniform(parameter);
      }
    }
  }

  private Transformer(
      TransformerEncoder encoder, TransformerDecoder decoder, long dModel, boolean batchFirst) {
    this.encoder = encoder;
    this.decoder = decoder;
    this.dModel = dModel;
    this.batchFirst = batchFirst;
  }

  /** {@link #apply(Object)} without masks. */
  public Tensor apply(Tensor src, Tensor tgt) {
    return apply(Input.of(src, tgt));
  }

  @Override
  protected Tensor forward(Input in) {
    requireFitting(in.src, in.tgt);
    Tensor memory =
        encoder.apply(new TransformerEncoderLayer.Input(in.src, in.srcMask, in.srcKeyPaddingMask));
    return decoder.apply(
        new TransformerDecoderLayer.Input(
            in.tgt,
            memory,
            in.tgtMask,
            in.memoryMask,
            in.tgtKeyPaddingMask,
            in.memoryKeyPaddingMask));
  }

  private void requireFitting(Tensor src, Tensor tgt) {
    int samples = batchFirst ? 0 : 1;
    boolean fit =
        src.rank() == tgt.rank()
            && (src.rank() == 2 || src.rank() == 3)
            && (src.rank() == 2 || src.size(samples) == tgt.size(samples))
            && src.size(-1) == dModel
            && tgt.size(-1) == dModel;
    if (!fit) {
      throw new ShapeException(
          "Transformer: src "
              + src.shape()
              + ", tgt "
              + tgt.shape()
              + ": needs as many samples of both, and the width "
              + dModel);
    }
  }

  /** Hides from each of {@code size} elements those behind it: −∞ above the diagonal, else 0. */
  public static Tensor generateSquareSubsequentMask(long size) {
    Context context = Context.current();
    Tensor hidden =
        Tensor.full(
            Shape.of(size, size),
            Double.NEGATIVE_INFINITY,
            context.defaultDtype(),
            context.defaultDevice());
    return hidden.triu(1);
  }
}
