package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * What single recurrent steps share.
 *
 * <p>Shape: input (N, in) or (in), states (N, H) or (H). Weights start uniform in ±1/√H.
 *
 * @param <S> the state: a tensor, or {@link LSTM.State}
 */
public abstract sealed class RNNCellBase<S> extends Module<RNNCellBase.Input<S>, S>
    permits GRUCell, LSTMCell, RNNCell {

  @StateName("weight_ih")
  public final Parameter weightIh;

  @StateName("weight_hh")
  public final Parameter weightHh;

  @StateName("bias_ih")
  public final Optional<Parameter> biasIh;

  @StateName("bias_hh")
  public final Optional<Parameter> biasHh;

  private final long inputSize;
  private final long hiddenSize;

  /**
   * What goes in.
   *
   * @param state to start from; zeros when empty
   */
  public record Input<S>(Tensor input, Optional<S> state) {}

  RNNCellBase(long inputSize, long hiddenSize, int gates, boolean bias) {
    this.inputSize = Args.nonNegative(typeName(), "inputSize", inputSize);
    this.hiddenSize = Args.nonNegative(typeName(), "hiddenSize", hiddenSize);
    double bound = hiddenSize == 0 ? 0 : 1 / Math.sqrt(hiddenSize);
    weightIh = uniform(bound, gates * hiddenSize, inputSize);
    weightHh = uniform(bound, gates * hiddenSize, hiddenSize);
    biasIh = bias ? Optional.of(uniform(bound, gates * hiddenSize)) : Optional.empty();
    biasHh = bias ? Optional.of(uniform(bound, gates * hiddenSize)) : Optional.empty();
  }

  private static Parameter uniform(double bound, long... shape) {
    return Init.parameter(p -> Init.uniform(p, -bound, bound), shape);
  }

  /** {@link #apply(Object)} from a state of zeros. */
  public final S apply(Tensor input) {
    return apply(new Input<>(input, Optional.empty()));
  }

  /** {@link #apply(Object)} from a given state. */
  public final S apply(Tensor input, S state) {
    return apply(new Input<>(input, Optional.of(state)));
  }

  /** The input's share of the gates. */
  final Tensor fromInput(Tensor input) {
    if (input.rank() < 1 || input.rank() > 2 || input.size(-1) != inputSize) {
      throw new ShapeException(
          typeName()
              + ": "
              + input.shape()
              + ": needs (N, "
              + inputSize
              + ") or ("
              + inputSize
              + ")");
    }
    return Functional.linear(input, weightIh, biasIh);
  }

  /** The hidden state's share of the gates. */
  final Tensor fromHidden(Tensor hidden) {
    return Functional.linear(hidden, weightHh, biasHh);
  }

  /** A state of zeros for an input, or the one given, of the right shape. */
  final Tensor stateOf(Tensor input, Optional<Tensor> given) {
    Shape wanted = input.shape().with(-1, hiddenSize);
    if (given.isPresent() && !given.get().shape().equals(wanted)) {
      throw new ShapeException(typeName() + ": state " + given.get().shape() + ": needs " + wanted);
    }
    return given.orElseGet(() -> Tensor.zeros(wanted, input.dtype(), input.device()));
  }

  @Override
  protected String extraRepr() {
    return inputSize + ", " + hiddenSize + (biasIh.isPresent() ? "" : ", bias=False");
  }
}
