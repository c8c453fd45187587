package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Scope;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import dev.weft.engine.op.Gradient;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The gradient of one call of an {@link AutogradFunction}: its backward, with checks. */
final class FunctionGradient implements Gradient {

  private final AutogradFunction function;
  private final FunctionContext ctx;
  private final List<TensorSpec> outputs;

  FunctionGradient(AutogradFunction function, FunctionContext ctx, List<TensorSpec> outputs) {
    this.function = function;
    this.ctx = ctx;
    this.outputs = outputs;
  }

  /** The context saves. */
  @Override
  public Saves saves(int needs) {
    return Saves.NOTHING;
  }

  @Override
  public void pull(Pull pull) {
    boolean once = ctx.isOnceDifferentiable();
    List<Optional<Tensor>> given;
    try (Scope _ = Context.current().withGrad(pull.createGraph() && !once)) {
      given = function.backward(ctx, arrived(pull));
    }
    check(pull, given);
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i).isPresent()) {
        Tensor gradient = given.get(i).get();
        pull.give(i, once && pull.createGraph() ? ending(pull, gradient) : gradient);
      }
    }
  }

  private List<Tensor> arrived(Pull pull) {
    var gradients = new ArrayList<Tensor>();
    boolean[] has = new boolean[outputs.size()];
    for (int i = 0; i < has.length; i++) {
      has[i] = pull.hasGrad(i);
      gradients.add(has[i] || ctx.materializesGrads() ? pull.grad(i) : noGradient(outputs.get(i)));
    }
    ctx.arrived(has);
    return gradients;
  }

  private static Tensor noGradient(TensorSpec spec) {
    return Tensor.zeros(Shape.SCALAR, spec.dtype(), spec.device()).expand(spec.shape());
  }

  private void check(Pull pull, List<Optional<Tensor>> given) {
    if (given == null || given.stream().anyMatch(Objects::isNull)) {
      throw new IllegalStateException(
          function.name()
              + ": backward returned null; return Optional.empty() for an input without gradient");
    }
    if (given.size() != pull.inputs()) {
      throw new IllegalStateException(
          function.name()
              + ": backward returned "
              + given.size()
              + " gradients for "
              + pull.inputs()
              + " inputs; return one for each, Optional.empty() where there is none");
    }
    for (int i = 0; i < given.size(); i++) {
      Optional<Tensor> gradient = given.get(i);
      TensorSpec wanted = pull.inputSpec(i);
      if (gradient.isPresent() && !gradient.get().shape().equals(wanted.shape())) {
        throw new ShapeException(
            function.name()
                + ": backward returned a gradient of "
                + gradient.get().shape()
                + " for input "
                + i
                + " of "
                + wanted.shape());
      }
    }
  }

  /** The same values, with a history in which going further back is an error. */
  private Tensor ending(Pull pull, Tensor gradient) {
    var sources = new ArrayList<Tensor>(ctx.savedTensors());
    for (int i = 0; i < outputs.size(); i++) {
      if (pull.hasGrad(i)) {
        sources.add(pull.grad(i));
      }
    }
    Tensor result = gradient.detach();
    if (sources.stream().anyMatch(Tensor::requiresGrad)) {
      String name = function.name() + ".backward";
      new Node(
              name, Gradient.joint(Saves.NOTHING, _ -> refuse()), sources.toArray(Tensor[]::new), 1)
          .attach(new Tensor[] {result});
    }
    return result;
  }

  private void refuse() {
    throw new IllegalStateException(
        function.name()
            + ": its backward is marked once differentiable, so there is no gradient of its"
            + " gradient");
  }
}
