package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Products with the Jacobian of a function, and Jacobians and Hessians themselves. */
final class Derivatives {

  private final String name;
  private final List<Tensor> inputs;
  private final Tensor output;

  /** Computes the function at inputs whose history begins here. */
  private Derivatives(String name, Function<List<Tensor>, Tensor> function, List<Tensor> at) {
    this.name = name;
    this.inputs = at.stream().map(x -> own(name, x)).toList();
    try (var _ = Context.current().withGrad(true)) {
      this.output = function.apply(inputs);
    }
  }

  /** A tracked tensor keeps its history behind a copy, so that the result can be differentiated. */
  private static Tensor own(String name, Tensor x) {
    x.spec().requireFloating(name);
    try (var _ = Context.current().withGrad(true)) {
      return x.requiresGrad() ? x.copy() : x.detach().requiresGrad(true);
    }
  }

  private boolean isTracked(List<Tensor> at) {
    return Context.current().gradEnabled() && at.stream().anyMatch(Tensor::requiresGrad);
  }

  private List<Tensor> gradients(Tensor of, List<Tensor> with, Tensor v, boolean graph) {
    if (!of.requiresGrad()) {
      return with.stream().map(Tensor::zerosLike).toList();
    }
    var found = new ArrayList<Tensor>();
    var gradients = Autograd.gradOrEmpty(of, with, Optional.of(v), true, graph);
    for (int i = 0; i < with.size(); i++) {
      Tensor like = with.get(i);
      found.add(gradients.get(i).orElseGet(() -> Tensor.zerosLike(like)));
    }
    return found;
  }

  private void requireShape(String role, Tensor given, Shape wanted) {
    if (!given.shape().equals(wanted)) {
      throw new ShapeException(
          name + ": " + role + " " + given.shape() + ": needs the shape " + wanted);
    }
  }

  private Tensor value(boolean graph) {
    return graph ? output : output.detach();
  }

  static Autograd.Pulled vjp(Function<List<Tensor>, Tensor> function, List<Tensor> at, Tensor v) {
    var here = new Derivatives("vjp", function, at);
    here.requireShape("v", v, here.output.shape());
    boolean graph = here.isTracked(at) || Context.current().gradEnabled() && v.requiresGrad();
    List<Tensor> gradients = here.gradients(here.output, here.inputs, v, graph);
    return new Autograd.Pulled(here.value(graph), gradients);
  }

  static Autograd.Pulled gradAndValue(Function<List<Tensor>, Tensor> function, List<Tensor> at) {
    var here = new Derivatives("gradAndValue", function, at);
    here.requireScalar();
    boolean graph = here.isTracked(at);
    Tensor one = Tensor.onesLike(here.output.detach());
    List<Tensor> gradients = here.gradients(here.output, here.inputs, one, graph);
    return new Autograd.Pulled(here.value(graph), gradients);
  }

  /**
   * Jᵀu is linear in u, and its derivative with respect to u, applied to the tangents, is J times
   * them: exact, at the price of two backward passes.
   */
  static Autograd.Pushed jvp(
      Function<List<Tensor>, Tensor> function, List<Tensor> at, List<Tensor> tangents) {
    var here = new Derivatives("jvp", function, at);
    if (tangents.size() != at.size()) {
      throw new IllegalArgumentException(
          "jvp: " + tangents.size() + " tangents for " + at.size() + " inputs");
    }
    for (int i = 0; i < at.size(); i++) {
      here.requireShape("tangent " + i, tangents.get(i), at.get(i).shape());
    }
    boolean graph =
        here.isTracked(at)
            || Context.current().gradEnabled() && tangents.stream().anyMatch(Tensor::requiresGrad);
    try (var _ = Context.current().withGrad(true)) {
      Tensor u = Tensor.zerosLike(here.output).requiresGrad(true);
      Tensor sum = Tensor.zeros(Shape.SCALAR, u.dtype(), u.device());
      List<Tensor> pulled = here.gradients(here.output, here.inputs, u, true);
      for (int i = 0; i < pulled.size(); i++) {
        sum = sum.add(pulled.get(i).mul(tangents.get(i)).sum().to(u.dtype()));
      }
      Tensor one = Tensor.onesLike(sum);
      Tensor tangent = here.gradients(sum, List.of(u), one, graph).getFirst();
      return new Autograd.Pushed(here.value(graph), tangent);
    }
  }

  static List<Tensor> jacobian(Function<List<Tensor>, Tensor> function, List<Tensor> at) {
    var here = new Derivatives("jacobian", function, at);
    boolean graph = here.isTracked(at);
    return here.rows(here.output, graph);
  }

  /** ∂output/∂inputs, each of the output's shape followed by the input's. */
  private List<Tensor> rows(Tensor of, boolean graph) {
    Tensor flat = of.reshape(-1);
    int count = Math.toIntExact(flat.numel());
    var rows = new ArrayList<List<Tensor>>();
    for (int i = 0; i < inputs.size(); i++) {
      rows.add(new ArrayList<>());
    }
    for (int element = 0; element < count; element++) {
      Tensor one = Tensor.onesLike(flat.get(element).detach());
      List<Tensor> gradients =
          flat.requiresGrad()
              ? gradients(flat.get(element), inputs, one, graph)
              : inputs.stream().map(Tensor::zerosLike).toList();
      for (int i = 0; i < gradients.size(); i++) {
        rows.get(i).add(gradients.get(i));
      }
    }
    var results = new ArrayList<Tensor>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor x = inputs.get(i);
      Shape shape = of.shape().concat(x.shape());
      results.add(
          count == 0
              ? Tensor.zeros(shape, x.dtype(), x.device())
              : Tensor.stack(rows.get(i), 0).reshape(shape));
    }
    return results;
  }

  static List<List<Tensor>> hessian(Function<List<Tensor>, Tensor> function, List<Tensor> at) {
    var here = new Derivatives("hessian", function, at);
    here.requireScalar();
    boolean graph = here.isTracked(at);
    try (var _ = Context.current().withGrad(true)) {
      List<Tensor> first = here.firstDerivatives();
      return first.stream().map(gradient -> here.rows(gradient, graph)).toList();
    }
  }

  static List<Tensor> hvp(
      Function<List<Tensor>, Tensor> function, List<Tensor> at, List<Tensor> vectors) {
    var here = new Derivatives("hvp", function, at);
    here.requireScalar();
    boolean graph = here.isTracked(at);
    try (var _ = Context.current().withGrad(true)) {
      List<Tensor> first = here.firstDerivatives();
      Tensor sum = Tensor.zeros(Shape.SCALAR, here.output.dtype(), here.output.device());
      for (int i = 0; i < at.size(); i++) {
        here.requireShape("vector " + i, vectors.get(i), at.get(i).shape());
        sum = sum.add(first.get(i).mul(vectors.get(i)).sum().to(sum.dtype()));
      }
      return here.gradients(sum, here.inputs, Tensor.onesLike(sum), graph);
    }
  }

  private List<Tensor> firstDerivatives() {
    Tensor one = Tensor.onesLike(output.detach());
    return gradients(output, inputs, one, true);
  }

  private void requireScalar() {
    if (output.numel() != 1) {
      throw new ShapeException(
          name + ": the function returned " + output.spec() + ": must return one number");
    }
  }
}
