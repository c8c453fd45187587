package dev.weft.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.golden.Golden.Case;
import dev.weft.nn.Module;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Layers, with their first and second derivatives, against PyTorch. */
class ModuleGoldenTest {

  @TestFactory
  Stream<DynamicTest> modules() {
    return Golden.cases("module").map(c -> dynamicTest(c.id(), () -> run(c)));
  }

  private static void run(Case c) {
    for (String run : List.of("float64", "float32")) {
      var module = module(c, run);
      c.checkOutputs(List.of(module.apply(c.tensors("inputs", run).get("input"))), run);
    }
    if (c.json().has("grads")) {
      var module = module(c, "float64");
      var inputs = new LinkedHashMap<String, Tensor>(c.tensors("inputs", "float64"));
      inputs.putAll(module.namedParameters());
      Derivatives.check(c, inputs, () -> List.of(module.apply(inputs.get("input"))));
    }
  }

  private static Module<Tensor, Tensor> module(Case c, String run) {
    var row =
        Optional.ofNullable(Rows.ALL.modules.get(c.op()))
            .orElseThrow(() -> new IllegalArgumentException("there is no row for " + c.op()));
    var module = row.apply(Arguments.of(c, Map.of()));
    module.to(DType.of(run));
    module.loadStateDict(c.tensors("state", run));
    module.train(c.json().get("mode").text().equals("train"));
    return module;
  }
}
