package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.function.UnaryOperator;

/**
 * Settings of transformer layers. Immutable; start from {@link #DEFAULT}.
 *
 * @param dimFeedforward the width between the two linear maps of a layer
 * @param dropout the probability with which elements are zeroed in training
 * @param activation between the two linear maps
 * @param layerNormEps ε of the layer norms
 * @param batchFirst whether samples are the first dimension, instead of the second
 * @param normFirst whether a layer norm stands in front of each part, instead of behind its sum
 * @param bias whether linear maps and layer norms have a bias
 */
public record TransformerOptions(
    long dimFeedforward,
    double dropout,
    UnaryOperator<Tensor> activation,
    double layerNormEps,
    boolean batchFirst,
    boolean normFirst,
    boolean bias) {

  /** Width 2048, dropout 0.1, ReLU, ε = 1e-5, samples second, norms behind, biases. */
  public static final TransformerOptions DEFAULT =
      new TransformerOptions(2048, 0.1, Functional::relu, 1e-5, false, false, true);

  public TransformerOptions {
    Args.nonNegative("transformer", "dimFeedforward", dimFeedforward);
    Args.probability("transformer", dropout);
  }

  /** With another inner width. */
  public TransformerOptions dimFeedforward(long width) {
    return new TransformerOptions(
        width, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
  }

  /** With another dropout. */
  public TransformerOptions dropout(double p) {
    return new TransformerOptions(
        dimFeedforward, p, activation, layerNormEps, batchFirst, normFirst, bias);
  }

  /** With another activation, such as {@code Functional::gelu}. */
  public TransformerOptions activation(UnaryOperator<Tensor> function) {
    return new TransformerOptions(
        dimFeedforward, dropout, function, layerNormEps, batchFirst, normFirst, bias);
  }

  /** With another ε. */
  public TransformerOptions layerNormEps(double eps) {
    return new TransformerOptions(
        dimFeedforward, dropout, activation, eps, batchFirst, normFirst, bias);
  }

  /** With samples first, or second. */
  public TransformerOptions batchFirst(boolean first) {
    return new TransformerOptions(
        dimFeedforward, dropout, activation, layerNormEps, first, normFirst, bias);
  }

  /** With norms in front, or behind. */
  public TransformerOptions normFirst(boolean first) {
    return new TransformerOptions(
        dimFeedforward, dropout, activation, layerNormEps, batchFirst, first, bias);
  }

  /** With biases, or without. */
  public TransformerOptions bias(boolean bias) {
    return new TransformerOptions(
        dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
  }

  MultiheadAttention attention(long dModel, long heads) {
    return new MultiheadAttention(
        dModel, heads, MultiheadOptions.DEFAULT.dropout(dropout).bias(bias).batchFirst(batchFirst));
  }

  LayerNorm norm(long dModel) {
    return new LayerNorm(new long[] {dModel}, layerNormEps, true, bias);
  }
}
