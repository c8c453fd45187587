package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A module that compares what a model says with what it should have said. */
public abstract class Loss extends Module<Loss.Inputs, Tensor> {

  /**
   * What is compared.
   *
   * @param input what the model says
   * @param target what it should have said
   */
  public record Inputs(Tensor input, Tensor target) {}

  /** Compares the two. */
  public final Tensor apply(Tensor input, Tensor target) {
    return apply(new Inputs(input, target));
  }
}
