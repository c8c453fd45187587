package dev.weft.golden;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A case's first and second derivatives. */
final class Derivatives {

  private Derivatives() {}

  /**
   * ∂/∂x Σ ⟨cotangent, output⟩ for each x that the case names, and the derivative of Σ ⟨v, that⟩.
   *
   * @param inputs the leaves by name
   * @param outputs computes the outputs from them
   */
  static void check(Case c, Map<String, Tensor> inputs, Supplier<List<Tensor>> outputs) {
    List<Json> grads = c.json().get("grads").items();
    List<Tensor> leaves =
        grads.stream().map(g -> inputs.get(g.get("name").text()).requiresGrad(true)).toList();
    boolean second = c.json().has("hvp");
    List<Tensor> got = outputs.get();
    List<Json> results = c.json().get("outputs").items();
    Tensor sum = Tensor.full(Shape.SCALAR, 0.0, DType.FLOAT64);
    for (Json cotangent : c.json().get("cotangents")) {
      Tensor output = got.get(indexOf(results, cotangent.get("name").text()));
      sum = sum.add(output.mul(c.stored(cotangent.get("key").text())).sum());
    }
    List<Tensor> first = gradients(sum, leaves, second);
    for (int i = 0; i < first.size(); i++) {
      String name = "gradient of " + grads.get(i).get("name").text();
      c.check(name, first.get(i), c.stored(grads.get(i).get("key").text()), "grad");
    }
    if (second) {
      checkSecond(c, inputs, leaves, first);
    }
  }

  private static int indexOf(List<Json> outputs, String name) {
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i).get("name").text().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no output " + name);
  }

  private static void checkSecond(
      Case c, Map<String, Tensor> inputs, List<Tensor> leaves, List<Tensor> first) {
    Tensor sum = Tensor.full(Shape.SCALAR, 0.0, DType.FLOAT64);
    for (Json entry : c.json().get("hvp")) {
      int index = leaves.indexOf(inputs.get(entry.get("name").text()));
      sum = sum.add(first.get(index).mul(c.stored(entry.get("v").text())).sum());
    }
    List<Json> wanted = c.json().get("hvp").items();
    List<Tensor> targets =
        wanted.stream().map(entry -> inputs.get(entry.get("name").text())).toList();
    List<Tensor> got = gradients(sum, targets, false);
    for (int i = 0; i < wanted.size(); i++) {
      String name = "second derivative of " + wanted.get(i).get("name").text();
      c.check(name, got.get(i), c.stored(wanted.get(i).get("key").text()), "hvp");
    }
  }

  /** ∂sum/∂x, 0 where none was recorded: a function may be constant. */
  private static List<Tensor> gradients(Tensor sum, List<Tensor> of, boolean graph) {
    if (!sum.requiresGrad()) {
      return of.stream().map(Tensor::zerosLike).toList();
    }
    var found = Autograd.gradOrEmpty(sum, of, Optional.empty(), graph, graph);
    return IntStream.range(0, of.size())
        .mapToObj(i -> found.get(i).orElseGet(() -> Tensor.zerosLike(of.get(i))))
        .toList();
  }
}
