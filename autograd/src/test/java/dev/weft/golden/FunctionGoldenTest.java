package dev.weft.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import dev.weft.nn.Module;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Functions and layers, with their first and second derivatives, against PyTorch. */
class FunctionGoldenTest {

  @TestFactory
  Stream<DynamicTest> functions() {
    return Golden.cases("functional", "loss", "method")
        .map(c -> dynamicTest(c.id(), () -> runFunction(c)));
  }

  private static <R> R row(Map<String, R> rows, Case c) {
    return Optional.ofNullable(rows.get(c.op()))
        .orElseThrow(() -> new IllegalArgumentException("there is no row for " + c.op()));
  }

  private static void runFunction(Case c) {
    var call = row(Rows.ALL.functions, c);
    for (String run : List.of("float64", "float32", "as_is")) {
      if (c.has(run)) {
        List<Tensor> got = call.apply(Arguments.of(c, c.tensors("inputs", run)));
        checkOutputs(c, got, run);
      }
    }
    if (c.json().has("grads")) {
      Map<String, Tensor> inputs = c.tensors("inputs", "float64");
      checkGradients(c, inputs, () -> call.apply(Arguments.of(c, inputs)));
    }
  }

  @TestFactory
  Stream<DynamicTest> modules() {
    return Golden.cases("module").map(c -> dynamicTest(c.id(), () -> runModule(c)));
  }

  private static void runModule(Case c) {
    for (String run : List.of("float64", "float32")) {
      var module = module(c, run);
      Tensor input = c.tensors("inputs", run).get("input");
      checkOutputs(c, List.of(module.apply(input)), run);
    }
    if (c.json().has("grads")) {
      var module = module(c, "float64");
      var inputs = new LinkedHashMap<String, Tensor>(c.tensors("inputs", "float64"));
      inputs.putAll(module.namedParameters());
      checkGradients(c, inputs, () -> List.of(module.apply(inputs.get("input"))));
    }
  }

  private static Module<Tensor, Tensor> module(Case c, String run) {
    var module = row(Rows.ALL.modules, c).apply(Arguments.of(c, Map.of()));
    module.to(DType.of(run));
    module.loadStateDict(c.tensors("state", run));
    module.train(c.json().get("mode").text().equals("train"));
    return module;
  }

  private static void checkOutputs(Case c, List<Tensor> got, String run) {
    List<Json> outputs = c.json().get("outputs").items();
    for (int i = 0; i < outputs.size(); i++) {
      c.check(outputs.get(i).get("name").text(), got.get(i), c.expected(outputs.get(i), run), run);
    }
  }

  private interface Outputs {
    List<Tensor> get();
  }

  /** ∂/∂x Σ ⟨cotangent, output⟩, and the derivative of Σ ⟨v, that⟩. */
  private static void checkGradients(Case c, Map<String, Tensor> inputs, Outputs outputs) {
    List<Json> grads = c.json().get("grads").items();
    List<Tensor> leaves =
        grads.stream().map(g -> inputs.get(g.get("name").text()).requiresGrad(true)).toList();
    boolean second = c.json().has("hvp");
    List<Tensor> got = outputs.get();
    List<Json> cotangents = c.json().get("cotangents").items();
    Tensor sum = Tensor.full(Shape.SCALAR, 0.0, DType.FLOAT64);
    for (int i = 0; i < cotangents.size(); i++) {
      sum = sum.add(got.get(i).mul(c.stored(cotangents.get(i).get("key").text())).sum());
    }
    List<Tensor> first = Autograd.grad(sum, leaves, Optional.empty(), second, second);
    for (int i = 0; i < first.size(); i++) {
      String name = "gradient of " + grads.get(i).get("name").text();
      c.check(name, first.get(i), c.stored(grads.get(i).get("key").text()), "grad");
    }
    if (second) {
      checkSecond(c, inputs, grads, leaves, first);
    }
  }

  private static void checkSecond(
      Case c,
      Map<String, Tensor> inputs,
      List<Json> grads,
      List<Tensor> leaves,
      List<Tensor> first) {
    Tensor sum = Tensor.full(Shape.SCALAR, 0.0, DType.FLOAT64);
    for (Json entry : c.json().get("hvp")) {
      int index = leaves.indexOf(inputs.get(entry.get("name").text()));
      sum = sum.add(first.get(index).mul(c.stored(entry.get("v").text())).sum());
    }
    List<Json> wanted = c.json().get("hvp").items();
    List<Tensor> targets =
        wanted.stream().map(entry -> inputs.get(entry.get("name").text())).toList();
    List<Optional<Tensor>> got =
        sum.requiresGrad()
            ? Autograd.gradOrEmpty(sum, targets, Optional.empty(), false, false)
            : targets.stream().map(_ -> Optional.<Tensor>empty()).toList();
    for (int i = 0; i < wanted.size(); i++) {
      Tensor found = got.get(i).orElse(Tensor.zerosLike(targets.get(i)));
      String name = "second derivative of " + wanted.get(i).get("name").text();
      c.check(name, found, c.stored(wanted.get(i).get("key").text()), "hvp");
    }
  }
}
