package dev.weft.nn;

import dev.weft.engine.Tensor;

/** One step of an {@link LSTM}. */
public final class LSTMCell extends RNNCellBase<LSTM.State> {

  public LSTMCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true);
  }

  public LSTMCell(long inputSize, long hiddenSize, boolean bias) {
    super(inputSize, hiddenSize, 4, bias);
  }

  @Override
  protected LSTM.State forward(Input<LSTM.State> in) {
    Tensor gates = fromInput(in.input());
    Tensor h = stateOf(in.input(), in.state().map(LSTM.State::h));
    Tensor c = stateOf(in.input(), in.state().map(LSTM.State::c));
    return LSTM.next(gates.add(fromHidden(h)), c);
  }
}
