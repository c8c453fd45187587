package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import dev.weft.golden.GoldenAccount.NoRowException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Layers, with their first and second derivatives and buffers, against PyTorch. */
@ExtendWith(GoldenAccount.class)
class ModuleGoldenTest {

  static Stream<Case> cases() {
    return Stream.concat(Golden.cases("module"), errorCases());
  }

  /** Layers that cannot be made; the rows' functions are another test's. */
  private static Stream<Case> errorCases() {
    return Golden.cases("error").filter(c -> c.op().matches("torch\\.nn\\.[A-Z].*"));
  }

  @TestFactory
  Stream<DynamicContainer> modules() {
    var families = new TreeMap<String, List<DynamicNode>>();
    Golden.cases("module")
        .forEach(
            c ->
                families
                    .computeIfAbsent(c.family(), _ -> new ArrayList<>())
                    .add(dynamicTest(c.id(), () -> run(c))));
    return families.entrySet().stream().map(e -> dynamicContainer(e.getKey(), e.getValue()));
  }

  @TestFactory
  Stream<DynamicTest> layersThatPyTorchRefusesAreRefused() {
    return errorCases()
        .map(
            c ->
                dynamicTest(
                    c.id(),
                    () -> {
                      requireRow(c);
                      assertThatThrownBy(() -> Rows.ALL.layer(c.op(), Arguments.of(c, Map.of())))
                          .isInstanceOf(IllegalArgumentException.class);
                    }));
  }

  private static void requireRow(Case c) {
    if (!Rows.ALL.hasLayer(c.op())) {
      throw new NoRowException("there is no row for " + c.op());
    }
  }

  private static void run(Case c) {
    for (String run : List.of("float64", "float32")) {
      Layer layer = layer(c, run);
      c.checkOutputs(call(c, layer, c.tensors("inputs", run)), run);
    }
    if (c.json().has("grads")) {
      Layer layer = layer(c, "float64");
      var inputs = new LinkedHashMap<String, Tensor>(c.tensors("inputs", "float64"));
      var leaves = new LinkedHashMap<String, Tensor>(inputs);
      leaves.putAll(layer.module().namedParameters());
      Derivatives.check(c, leaves, () -> call(c, layer, inputs));
    }
  }

  private static Layer layer(Case c, String run) {
    requireRow(c);
    Arguments arguments = Arguments.of(c, Map.of());
    Layer layer = Rows.ALL.layer(c.op(), arguments);
    arguments.requireAllRead();
    layer.module().to(DType.of(run));
    layer.module().loadStateDict(c.tensors("state", run));
    return layer;
  }

  /** All outputs of all calls, then the buffers, if a call was in training mode. */
  private static List<Tensor> call(Case c, Layer layer, Map<String, Tensor> inputs) {
    var outputs = new ArrayList<Tensor>();
    if (!c.json().has("steps")) {
      var options = new Arguments(lengths(c));
      layer.module().train(isTraining(c.json()));
      outputs.addAll(layer.call().apply(List.copyOf(inputs.values()), options));
    } else {
      for (Json step : c.json().get("steps")) {
        List<Tensor> given =
            step.get("inputs").items().stream().map(name -> inputs.get(name.text())).toList();
        layer.module().train(isTraining(step));
        outputs.addAll(layer.call().apply(given, Arguments.options(step, inputs)));
      }
    }
    for (Tensor buffer : layer.module().namedBuffers().values()) {
      outputs.add(buffer);
    }
    return outputs;
  }

  private static boolean isTraining(Json call) {
    return call.get("mode").text().equals("train");
  }

  /** Of packed sequences. */
  private static Map<String, Object> lengths(Case c) {
    return c.json().has("lengths")
        ? Map.of("lengths", c.json().get("lengths").items().stream().map(Json::longValue).toList())
        : Map.of();
  }
}
