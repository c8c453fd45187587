package dev.weft.nn;

import dev.weft.engine.Tensor;

/** One step of an {@link RNN}. */
public final class RNNCell extends RNNCellBase<Tensor> {

  private final RNN.Nonlinearity nonlinearity;

  public RNNCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true, RNN.Nonlinearity.TANH);
  }

  public RNNCell(long inputSize, long hiddenSize, boolean bias, RNN.Nonlinearity nonlinearity) {
    super(inputSize, hiddenSize, 1, bias);
    this.nonlinearity = nonlinearity;
  }

  @Override
  protected Tensor forward(Input<Tensor> in) {
    Tensor gates = fromInput(in.input());
    return nonlinearity.of(gates.add(fromHidden(stateOf(in.input(), in.state()))));
  }
}
