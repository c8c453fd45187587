package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** PyTorch's tables of promotion, for the dtypes that exist here: there are no complex ones. */
class PromotionGoldenTest {

  static final Set<String> OPS = Set.of("torch.result_type", "torch.can_cast");

  @TestFactory
  Stream<DynamicTest> resultTypes() {
    return tables("torch.result_type").map(c -> dynamicTest(c.id(), () -> compareResults(c)));
  }

  @TestFactory
  Stream<DynamicTest> casts() {
    return tables("torch.can_cast")
        .map(c -> dynamicTest(c.id(), () -> compare(c, to -> left(c).canCast(DType.of(to)) + "")));
  }

  private static Stream<Case> tables(String op) {
    return Golden.cases("promotion").filter(c -> c.op().equals(op)).filter(c -> exists(name(c)));
  }

  private static String name(Case c) {
    return c.json().get("expect").get("left").text();
  }

  private static DType left(Case c) {
    return DType.of(name(c));
  }

  private static boolean exists(String dtype) {
    return Arrays.stream(DType.values()).anyMatch(d -> d.toString().equals(dtype));
  }

  private static void compareResults(Case c) {
    DType left = left(c);
    Tensor row = Tensor.zeros(Shape.of(2), left);
    Tensor scalar = Tensor.zeros(Shape.SCALAR, left);
    compare(
        c,
        right ->
            switch (c.json().get("expect").get("right").text()) {
                  case "tensor" -> row.resultType(Tensor.zeros(Shape.of(2), DType.of(right)));
                  case "zero_dim" -> row.resultType(Tensor.zeros(Shape.SCALAR, DType.of(right)));
                  case "both_zero_dim" ->
                      scalar.resultType(Tensor.zeros(Shape.SCALAR, DType.of(right)));
                  case "number" -> row.resultType(right.equals("int") ? (Number) 1L : (Number) 1.0);
                  default -> throw new IllegalArgumentException(c.id());
                }
                + "");
  }

  /** A number that is a truth value does not exist in Java. */
  private static void compare(Case c, Function<String, String> result) {
    Json expect = c.json().get("expect");
    boolean numbers = expect.has("right") && expect.get("right").text().equals("number");
    Map<String, String> expected = new LinkedHashMap<>();
    Map<String, String> found = new LinkedHashMap<>();
    expect
        .get("table")
        .members()
        .forEach(
            (other, wanted) -> {
              if (numbers ? !other.equals("bool") : exists(other)) {
                expected.put(
                    other, wanted instanceof Json.Text(String text) ? text : wanted.toString());
                found.put(other, result.apply(other));
              }
            });
    assertThat(found).isEqualTo(expected);
  }
}
