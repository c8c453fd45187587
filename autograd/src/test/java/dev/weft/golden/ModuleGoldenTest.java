package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Layers, with their first and second derivatives and buffers, against PyTorch. */
class ModuleGoldenTest {

  /** Families in which every layer has a row: what is missing there is a mistake. */
  private static final Set<String> FINISHED = Set.of("attention", "rnn");

  @TestFactory
  Stream<DynamicContainer> modules() {
    var families = new TreeMap<String, List<DynamicNode>>();
    Golden.cases("module")
        .filter(c -> Rows.ALL.hasLayer(c.op()))
        .forEach(
            c ->
                families
                    .computeIfAbsent(c.family(), _ -> new ArrayList<>())
                    .add(dynamicTest(c.id(), () -> run(c))));
    return families.entrySet().stream().map(e -> dynamicContainer(e.getKey(), e.getValue()));
  }

  @TestFactory
  Stream<DynamicTest> finishedFamiliesHaveARowForEveryCase() {
    return FINISHED.stream()
        .sorted()
        .map(
            family ->
                dynamicTest(
                    family,
                    () ->
                        assertThat(
                                Golden.cases("module")
                                    .filter(c -> c.family().equals(family))
                                    .filter(c -> !Rows.ALL.hasLayer(c.op()))
                                    .map(Case::op)
                                    .collect(Collectors.toSet()))
                            .as("layers without a row")
                            .isEmpty()));
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
    Layer layer = Rows.ALL.layer(c.op(), Arguments.of(c, Map.of()));
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
