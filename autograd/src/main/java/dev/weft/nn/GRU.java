package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;

/**
 * Gated recurrent units. With x' = W x + b and h' = U h + c, each cut into r, z and n: r =
 * sigmoid(x'ᵣ + h'ᵣ), z = sigmoid(x'_z + h'_z), n = tanh(x'ₙ + r ⊙ h'ₙ), h ← (1 − z) ⊙ n + z ⊙ h.
 * Source: Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
 * machine translation", 2014. See {@link RNNBase} for shapes and names.
 */
public final class GRU extends RNNBase<Tensor> {

  public GRU(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, RNNOptions.DEFAULT);
  }

  public GRU(long inputSize, long hiddenSize, RNNOptions options) {
    super(inputSize, hiddenSize, 3, 0, options);
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
    Tensor h = state.getFirst();
    return List.of(next(fromInput, fromHidden(h, weights), h));
  }

  /** The next state from the input's and the hidden state's share of the gates. */
  static Tensor next(Tensor fromInput, Tensor fromHidden, Tensor h) {
    List<Tensor> x = fromInput.chunk(3, -1);
    List<Tensor> u = fromHidden.chunk(3, -1);
    Tensor r = x.get(0).add(u.get(0)).sigmoid();
    Tensor z = x.get(1).add(u.get(1)).sigmoid();
    Tensor n = x.get(2).add(r.mul(u.get(2))).tanh();
    return n.add(z.mul(h.sub(n)));
  }
}
