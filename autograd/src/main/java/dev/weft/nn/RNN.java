package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;

/**
 * h ← f(W x + b + U h + c) at each step, with f the hyperbolic tangent or ReLU. Source: Elman,
 * "Finding structure in time", 1990. See {@link RNNBase} for shapes and names.
 */
public final class RNN extends RNNBase<Tensor> {

  private final Nonlinearity nonlinearity;

  /** What is done with the sum. */
  public enum Nonlinearity {
    TANH,
    RELU;

    Tensor of(Tensor x) {
      return this == TANH ? x.tanh() : x.relu();
    }
  }

  public RNN(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, RNNOptions.DEFAULT);
  }

  public RNN(long inputSize, long hiddenSize, RNNOptions options) {
    this(inputSize, hiddenSize, options, Nonlinearity.TANH);
  }

  public RNN(long inputSize, long hiddenSize, RNNOptions options, Nonlinearity nonlinearity) {
    super(inputSize, hiddenSize, 1, 0, options);
    this.nonlinearity = nonlinearity;
  }

  @Override
  List<Tensor> tensors(Tensor state) {
    return List.of(state);
  }

  @Override
  Tensor state(List<Tensor> tensors) {
    return tensors.getFirst();
  }

  @Override
  long[] stateSizes(long hiddenSize, long outputSize) {
    return new long[] {hiddenSize};
  }

  @Override
  List<Tensor> step(Tensor fromInput, List<Tensor> state, Weights weights) {
    return List.of(nonlinearity.of(fromInput.add(fromHidden(state.getFirst(), weights))));
  }
}
