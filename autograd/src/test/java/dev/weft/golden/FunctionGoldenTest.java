package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
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
import dev.weft.golden.GoldenAccount.NoRowException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The functions of {@link Rows} against PyTorch: values, first and second derivatives, what is
 * refused, and dtypes.
 */
@ExtendWith(GoldenAccount.class)
class FunctionGoldenTest {

  private static final String[] WITH_VALUES = {"cast", "functional", "loss", "method"};

  static Stream<Case> cases() {
    return Stream.of(Golden.cases(WITH_VALUES), errorCases(), promotionCases()).flatMap(c -> c);
  }

  /** Of functions: layers, optimizers and programs have tests of their own. */
  private static Stream<Case> errorCases() {
    return Golden.cases("error")
        .filter(c -> !c.op().matches("torch\\.(nn\\.[A-Z]|optim\\.|autograd).*"));
  }

  private static Stream<Case> promotionCases() {
    return Golden.cases("promotion").filter(c -> !PromotionGoldenTest.OPS.contains(c.op()));
  }

  @TestFactory
  Stream<DynamicContainer> valuesAndDerivativesAreThoseOfPyTorch() {
    return tests(Golden.cases(WITH_VALUES), FunctionGoldenTest::compare);
  }

  @TestFactory
  Stream<DynamicContainer> whatPyTorchRefusesIsRefused() {
    return tests(errorCases(), FunctionGoldenTest::assertRefused);
  }

  @TestFactory
  Stream<DynamicContainer> dtypesAreThoseOfPyTorch() {
    return tests(promotionCases(), FunctionGoldenTest::compareDtypes);
  }

  private static Stream<DynamicContainer> tests(Stream<Case> cases, Consumer<Case> check) {
    var families = new TreeMap<String, List<DynamicNode>>();
    cases.forEach(
        c ->
            families
                .computeIfAbsent(c.family(), _ -> new ArrayList<>())
                .add(dynamicTest(c.id(), () -> check.accept(c))));
    return families.entrySet().stream().map(e -> dynamicContainer(e.getKey(), e.getValue()));
  }

  private static List<Tensor> call(Case c, Arguments arguments) {
    if (!Rows.ALL.functions.containsKey(c.op())) {
      throw new NoRowException("there is no row for " + c.op());
    }
    List<Tensor> outputs = Rows.ALL.functions.get(c.op()).apply(arguments);
    arguments.requireAllRead();
    return outputs;
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
    if (refusal instanceof NoRowException missing) {
      throw missing;
    }
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
