package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.Module;
import java.util.List;

/** A layer that takes or returns more than one tensor, and how it is called. */
record Layer(Module<?, ?> module, Call call) {

  /** From the inputs of a call, and what is given by name, to its outputs. */
  interface Call {
    List<Tensor> apply(List<Tensor> inputs, Arguments options);
  }

  /** A layer from one tensor to another. */
  static Layer of(Module<Tensor, Tensor> module) {
    return new Layer(module, (inputs, _) -> List.of(module.apply(inputs.getFirst())));
  }
}
