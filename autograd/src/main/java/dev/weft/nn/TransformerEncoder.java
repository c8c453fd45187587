package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A stack of encoder layers: copies of one, with weights of their own that start alike. Source:
 * Vaswani et al., "Attention is all you need", 2017.
 */
public final class TransformerEncoder extends Module<TransformerEncoderLayer.Input, Tensor> {

  public final ModuleList<TransformerEncoderLayer> layers;

  /** A norm behind the last layer. */
  public final Optional<LayerNorm> norm;

  /** {@code numLayers} copies of a layer. */
  public TransformerEncoder(TransformerEncoderLayer layer, int numLayers) {
    this(layer, numLayers, Optional.empty());
  }

  /** {@code numLayers} copies of a layer, and a norm behind them. */
  public TransformerEncoder(
      TransformerEncoderLayer layer, int numLayers, Optional<LayerNorm> norm) {
    Args.nonNegative("TransformerEncoder", "numLayers", numLayers);
    var copies = new ArrayList<TransformerEncoderLayer>();
    for (int i = 0; i < numLayers; i++) {
      copies.add(deepCopy(layer));
    }
    this.layers = new ModuleList<>(copies);
    this.norm = norm;
  }

  /** {@link #apply(Object)} without masks. */
  public Tensor apply(Tensor src) {
    return apply(TransformerEncoderLayer.Input.of(src));
  }

  @Override
  protected Tensor forward(TransformerEncoderLayer.Input in) {
    Tensor x = in.src();
    for (TransformerEncoderLayer layer : layers) {
      x = layer.apply(new TransformerEncoderLayer.Input(x, in.srcMask(), in.srcKeyPaddingMask()));
    }
    return norm.isPresent() ? norm.get().apply(x) : x;
  }
}
