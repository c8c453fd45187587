package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * PyTorch's tables of promotion. There is no complex32 here; what has that dtype in PyTorch is
 * complex64.
 */
@ExtendWith(GoldenAccount.class)
class PromotionGoldenTest {

  static final Set<String> OPS = Set.of("torch.result_type", "torch.can_cast");

  static Stream<Case> cases() {
    return Golden.cases("promotion").filter(c -> OPS.contains(c.op()));
  }

  @TestFactory
  Stream<DynamicTest> tables() {
    return cases().map(c -> dynamicTest(c.id(), () -> compare(c)));
  }

  private static void compare(Case c) {
    Json expect = c.json().get("expect");
    String left = expect.get("left").text();
    var expected = new LinkedHashMap<String, String>();
    var found = new LinkedHashMap<String, String>();
    expect
        .get("table")
        .members()
        .forEach(
            (right, wanted) -> {
              String result = wanted instanceof Json.Text(String text) ? text : wanted.toString();
              expected.put(right, result.replace("complex32", "complex64"));
              found.put(right, find(c, left, right));
            });
    assertThat(found).isEqualTo(expected);
  }

  private static String find(Case c, String left, String right) {
    return c.op().equals("torch.can_cast")
        ? DType.of(left).canCast(DType.of(right)) + ""
        : resultType(c.json().get("expect").get("right").text(), DType.of(left), right) + "";
  }

  private static DType resultType(String kind, DType left, String right) {
    Tensor row = Tensor.zeros(Shape.of(2), left);
    Tensor scalar = Tensor.zeros(Shape.SCALAR, left);
    return switch (kind) {
      case "tensor" -> row.resultType(Tensor.zeros(Shape.of(2), DType.of(right)));
      case "zero_dim" -> row.resultType(Tensor.zeros(Shape.SCALAR, DType.of(right)));
      case "both_zero_dim" -> scalar.resultType(Tensor.zeros(Shape.SCALAR, DType.of(right)));
      case "number" ->
          switch (right) {
            case "bool" -> row.resultType(true);
            case "int" -> row.resultType(1L);
            default -> row.resultType(1.0);
          };
      default -> throw new IllegalArgumentException(kind);
    };
  }
}
