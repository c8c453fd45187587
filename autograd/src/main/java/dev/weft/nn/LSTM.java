package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;

/**
 * Long short-term memory. W x + b + U h + c is cut into i, f, g and o: c ← sigmoid(f) ⊙ c +
 * sigmoid(i) ⊙ tanh(g), h ← sigmoid(o) ⊙ tanh(c), and with a projection h ← V h. Source:
 * Hochreiter, Schmidhuber, "Long short-term memory", 1997; projections: Sak, Senior, Beaufays,
 * 2014. See {@link RNNBase} for shapes and names.
 */
public final class LSTM extends RNNBase<LSTM.State> {

  /** The hidden state, which is the output, and the cell's memory. */
  public record State(Tensor h, Tensor c) {}

  public LSTM(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, RNNOptions.DEFAULT);
  }

  public LSTM(long inputSize, long hiddenSize, RNNOptions options) {
    this(inputSize, hiddenSize, options, 0);
  }

  /**
   * @param projSize the size that outputs are projected to; 0 for no projection
   */
  public LSTM(long inputSize, long hiddenSize, RNNOptions options, long projSize) {
    super(inputSize, hiddenSize, 4, projSize, options);
  }

  @Override
  List<Tensor> tensors(State state) {
    return List.of(state.h, state.c);
  }

  @Override
  State state(List<Tensor> tensors) {
    return new State(tensors.get(0), tensors.get(1));
  }

  @Override
  long[] stateSizes(long hiddenSize, long outputSize) {
    return new long[] {outputSize, hiddenSize};
  }

  @Override
  List<Tensor> step(Tensor fromInput, List<Tensor> state, Weights weights) {
    Tensor gates = fromInput.add(fromHidden(state.get(0), weights));
    State next = next(gates, state.get(1));
    Tensor h =
        weights.projection().isPresent()
            ? Functional.linear(next.h, weights.projection().get())
            : next.h;
    return List.of(h, next.c);
  }

  /** The next state, not projected. */
  static State next(Tensor gates, Tensor c) {
    List<Tensor> parts = gates.chunk(4, -1);
    Tensor kept = parts.get(1).sigmoid().mul(c);
    Tensor memory = kept.add(parts.get(0).sigmoid().mul(parts.get(2).tanh()));
    return new State(parts.get(3).sigmoid().mul(memory.tanh()), memory);
  }
}
