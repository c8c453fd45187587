package dev.weft.nn;

import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.LinearOp;
import java.util.Optional;

/** Layers and losses as functions, with PyTorch's names and defaults. */
public final class Functional {

  private Functional() {}

  /** y = x Wᵀ. Shape: x (*, in), weight (out, in) → (*, out). */
  public static Tensor linear(Tensor x, Tensor weight) {
    return linear(x, weight, Optional.empty());
  }

  /** y = x Wᵀ + b. Shape: x (*, in), weight (out, in), bias (out) → (*, out). */
  public static Tensor linear(Tensor x, Tensor weight, Optional<? extends Tensor> bias) {
    return bias.isPresent()
        ? Dispatch.run(new LinearOp(true), x, weight, bias.get())
        : Dispatch.run(new LinearOp(false), x, weight);
  }
}
