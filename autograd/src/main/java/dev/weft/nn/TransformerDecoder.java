package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A stack of decoder layers: copies of one, with weights of their own that start alike. Source:
 * Vaswani et al., "Attention is all you need", 2017.
 */
public final class TransformerDecoder extends Module<TransformerDecoderLayer.Input, Tensor> {

  public final ModuleList<TransformerDecoderLayer> layers;

  /** A norm behind the last layer. */
  public final Optional<LayerNorm> norm;

  /** {@code numLayers} copies of a layer. */
  public TransformerDecoder(TransformerDecoderLayer layer, int numLayers) {
    this(layer, numLayers, Optional.empty());
  }

  /** {@code numLayers} copies of a layer, and a norm behind them. */
  public TransformerDecoder(
      TransformerDecoderLayer layer, int numLayers, Optional<LayerNorm> norm) {
    Args.nonNegative("TransformerDecoder", "numLayers", numLayers);
    var copies = new ArrayList<TransformerDecoderLayer>();
    for (int i = 0; i < numLayers; i++) {
      copies.add(deepCopy(layer));
    }
    this.layers = new ModuleList<>(copies);
    this.norm = norm;
  }

  /** {@link #apply(Object)} without masks. */
  public Tensor apply(Tensor tgt, Tensor memory) {
    return apply(TransformerDecoderLayer.Input.of(tgt, memory));
  }

  @Override
  protected Tensor forward(TransformerDecoderLayer.Input in) {
    Tensor x = in.tgt();
    for (TransformerDecoderLayer layer : layers) {
      x = layer.apply(in.tgt(x));
    }
    return norm.isPresent() ? norm.get().apply(x) : x;
  }
}
