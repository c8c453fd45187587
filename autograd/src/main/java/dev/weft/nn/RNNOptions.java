package dev.weft.nn;

/**
 * Settings of recurrent layers. Immutable; start from {@link #DEFAULT}.
 *
 * @param numLayers how many layers stand on each other
 * @param bias whether there are biases
 * @param batchFirst whether samples are the first dimension of sequences, instead of the second
 * @param dropout the probability with which what one layer hands to the next is zeroed in training
 * @param bidirectional whether each layer also runs from the end to the start
 */
public record RNNOptions(
    int numLayers, boolean bias, boolean batchFirst, double dropout, boolean bidirectional) {

  /** One layer in one direction, with biases, samples second, no dropout. */
  public static final RNNOptions DEFAULT = new RNNOptions(1, true, false, 0, false);

  public RNNOptions {
    if (numLayers < 1) {
      throw new IllegalArgumentException("RNN: numLayers " + numLayers + ": must be at least 1");
    }
    Args.probability("RNN", dropout);
  }

  /** With several layers. */
  public RNNOptions numLayers(int layers) {
    return new RNNOptions(layers, bias, batchFirst, dropout, bidirectional);
  }

  /** With biases, or without. */
  public RNNOptions bias(boolean bias) {
    return new RNNOptions(numLayers, bias, batchFirst, dropout, bidirectional);
  }

  /** With samples first, or second. */
  public RNNOptions batchFirst(boolean first) {
    return new RNNOptions(numLayers, bias, first, dropout, bidirectional);
  }

  /** With dropout between layers. */
  public RNNOptions dropout(double p) {
    return new RNNOptions(numLayers, bias, batchFirst, p, bidirectional);
  }

  /** In both directions, or in one. */
  public RNNOptions bidirectional(boolean both) {
    return new RNNOptions(numLayers, bias, batchFirst, dropout, both);
  }
}
