package dev.weft.nn;

import dev.weft.engine.Tensor;

/** One step of a {@link GRU}. */
public final class GRUCell extends RNNCellBase<Tensor> {

  public GRUCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true);
  }

  public GRUCell(long inputSize, long hiddenSize, boolean bias) {
    super(inputSize, hiddenSize, 3, bias);
  }

  @Override
  protected Tensor forward(Input<Tensor> in) {
    Tensor gates = fromInput(in.input());
    Tensor h = stateOf(in.input(), in.state());
    return GRU.next(gates, fromHidden(h), h);
  }
}
