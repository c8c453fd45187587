package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.IndexException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * The functions of {@link Rows} against PyTorch: values, first and second derivatives, what is
 * refused, and dtypes.
 */
class FunctionGoldenTest {

  private static final String[] WITH_VALUES = {"cast", "functional", "loss", "method"};

  /** Where we decided otherwise. */
  private static final Set<String> DIFFERENT =
      Set.of(
          // PyTorch converts float64 to half types by way of float32, and so rounds twice.
          "Tensor.to/float64_to_float16_twice_rounded",
          "Tensor.to/float64_to_bfloat16_twice_rounded",
          // There is no bmm here that insists on three dimensions, and no clamp without bounds.
          "error/bmm_rank",
          "error/clamp_no_bounds",
          // PyTorch gives uint8 for uint8, from a time when it had no bool; we always give bool.
          "any/dtypes",
          "all/dtypes");

  /** Families in which every case has a row: what is missing there is a mistake. */
  private static final Set<String> FINISHED =
      Set.of(
          "activation",
          "attention",
          "binary",
          "clip",
          "compare",
          "conv",
          "dtype",
          "embed",
          "index",
          "linalg",
          "loss",
          "norm",
          "pool",
          "reduce",
          "shape",
          "sort_scan",
          "special",
          "unary",
          "vision");

  @TestFactory
  Stream<DynamicContainer> valuesAndDerivativesAreThoseOfPyTorch() {
    return supported(FunctionGoldenTest::compare, WITH_VALUES);
  }

  @TestFactory
  Stream<DynamicContainer> whatPyTorchRefusesIsRefused() {
    return supported(FunctionGoldenTest::assertRefused, "error");
  }

  @TestFactory
  Stream<DynamicContainer> dtypesAreThoseOfPyTorch() {
    return supported(FunctionGoldenTest::compareDtypes, "promotion");
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
                                Golden.cases(
                                        "cast",
                                        "error",
                                        "functional",
                                        "loss",
                                        "method",
                                        "promotion")
                                    .filter(c -> c.family().equals(family))
                                    .filter(c -> !Rows.ALL.functions.containsKey(c.op()))
                                    .filter(c -> !PromotionGoldenTest.OPS.contains(c.op()))
                                    .map(Case::op)
                                    .collect(Collectors.toSet()))
                            .as("functions without a row")
                            .isEmpty()));
  }

  private static Stream<DynamicContainer> supported(Consumer<Case> check, String... kinds) {
    var families = new TreeMap<String, List<DynamicNode>>();
    Golden.cases(kinds)
        .filter(c -> Rows.ALL.functions.containsKey(c.op()))
        .filter(c -> !DIFFERENT.contains(c.id()))
        .forEach(
            c ->
                families
                    .computeIfAbsent(c.family(), _ -> new ArrayList<>())
                    .add(dynamicTest(c.id(), () -> check.accept(c))));
    return families.entrySet().stream().map(e -> dynamicContainer(e.getKey(), e.getValue()));
  }

  private static List<Tensor> call(Case c, Arguments arguments) {
    return Rows.ALL.functions.get(c.op()).apply(arguments);
  }

  private static void compare(Case c) {
    for (String run : List.of("float64", "float32", "as_is")) {
      if (c.has(run)) {
        try (var _ = TensorScope.open()) {
          c.checkOutputs(call(c, Arguments.of(c, c.tensors("inputs", run))), run);
        }
      }
    }
    if (c.json().has("grads")) {
      Map<String, Tensor> inputs = c.tensors("inputs", "float64");
      Derivatives.check(c, inputs, () -> call(c, Arguments.of(c, inputs)));
    }
  }

  private static void assertRefused(Case c) {
    Arguments arguments = Arguments.of(c, c.tensors("inputs", "float32"));
    Throwable refusal = catchThrowable(() -> call(c, arguments));
    assumeFalse(refusal instanceof TestAbortedException, "no such call");
    var thrown = assertThat(refusal).as(c.id()).isNotNull();
    switch (c.json().get("expect").get("error").text()) {
      case "shape", "dim_range", "index_range" ->
          thrown.isInstanceOfAny(ShapeException.class, IndexException.class);
      case "dtype" -> thrown.isInstanceOf(DTypeException.class);
      default ->
          thrown.isInstanceOfAny(
              IllegalArgumentException.class,
              IllegalStateException.class,
              IndexException.class,
              ArithmeticException.class);
    }
  }

  private static void compareDtypes(Case c) {
    var expected = new LinkedHashMap<String, String>();
    var found = new LinkedHashMap<String, String>();
    c.json()
        .get("expect")
        .get("table")
        .members()
        .forEach(
            (dtype, result) -> {
              expected.put(dtype, result.text());
              found.put(dtype, resultOn(c, DType.of(dtype)));
            });
    assertThat(found).as(c.id()).isEqualTo(expected);
  }

  /** The dtype of the result for tensors of ones, or "error". */
  private static String resultOn(Case c, DType dtype) {
    var arguments = Arguments.of(c, Map.of());
    for (Json argument : c.json().get("args")) {
      if (argument.has("shape")) {
        long[] shape = argument.get("shape").items().stream().mapToLong(Json::longValue).toArray();
        arguments = arguments.with(argument.get("name").text(), Tensor.ones(shape).to(dtype));
      }
    }
    try {
      return call(c, arguments).getFirst().dtype().toString();
    } catch (DTypeException e) {
      return "error";
    }
  }
}
