package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A parameter that is computed, what it is computed from, and how. Named as in PyTorch. */
final class ParametrizationList extends Module<List<Tensor>, Tensor> {

  private final Parameter computed;
  private final List<Parameter> originals;
  private final Parametrization parametrization;

  /** Starts to compute {@code parameter}, which is no leaf from now on. */
  ParametrizationList(Parameter parameter, Parametrization parametrization) {
    this.computed = parameter;
    this.parametrization = parametrization;
    var starts = new ArrayList<Parameter>();
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      for (Tensor start : parametrization.rightInverse(parameter.detach())) {
        starts.add(Parameter.of(start.copy(), parameter.requiresGrad()));
      }
    }
    this.originals = List.copyOf(starts);
    parameter.requiresGrad(false);
  }

  /** Gives the parameter the value that follows from the originals now, and its history. */
  void refresh() {
    Tensor value = apply(List.copyOf(originals));
    if (!value.shape().equals(computed.shape())) {
      throw new IllegalStateException(
          parametrization.typeName()
              + ": computed "
              + value.shape()
              + " for a parameter of "
              + computed.shape());
    }
    computed.setData(value);
    computed.tapeEntry(value.tapeEntry());
  }

  /** Makes the parameter a leaf again, with the value that it has. */
  void detachParameter() {
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      computed.tapeEntry(Optional.empty());
      computed.setData(computed.copy());
      computed.requiresGrad(originals.getFirst().requiresGrad());
    }
  }

  @Override
  protected Tensor forward(List<Tensor> given) {
    return parametrization.apply(given);
  }

  @Override
  void members(BiConsumer<String, Object> visitor) {
    for (int i = 0; i < originals.size(); i++) {
      visitor.accept(originals.size() == 1 ? "original" : "original" + i, originals.get(i));
    }
    visitor.accept("0", parametrization);
  }
}
