package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Promotion is held to PyTorch's own answers in {@code promotion.txt}. */
class DTypeTest {

  record Promotion(String table, DType left, String right, DType result) {}

  static Stream<Promotion> promotions() throws IOException {
    String text;
    try (InputStream in = DTypeTest.class.getResourceAsStream("promotion.txt")) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    var promotions = new ArrayList<Promotion>();
    String table = "";
    List<String> header = List.of();
    for (String line : text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
      List<String> words = List.of(line.split(" "));
      if (line.startsWith("[")) {
        table = line.substring(1, line.indexOf(']'));
      } else if (words.getFirst().equals("left")) {
        header = words;
      } else {
        for (int i = 1; i < words.size(); i++) {
          promotions.add(
              new Promotion(
                  table, DType.of(words.getFirst()), header.get(i), DType.of(words.get(i))));
        }
      }
    }
    return promotions.stream();
  }

  @Test
  void theTableIsWhole() throws IOException {
    assertThat(promotions().filter(p -> p.table.equals("tensors"))).hasSize(100);
    assertThat(promotions()).hasSize(174);
  }

  @ParameterizedTest
  @MethodSource("promotions")
  void resultsHavePyTorchsDtype(Promotion p) {
    Tensor left = Tensor.zeros(Shape.of(2), p.left, Device.META);
    switch (p.table) {
      case "tensors" -> {
        DType right = DType.of(p.right);
        assertThat(DType.promote(p.left, right)).isEqualTo(p.result);
        assertThat(left.add(Tensor.zeros(Shape.of(2), right, Device.META)).dtype())
            .isEqualTo(p.result);
      }
      case "scalar" -> {
        Tensor right = Tensor.zeros(Shape.SCALAR, DType.of(p.right), Device.META);
        assertThat(left.add(right).dtype()).isEqualTo(p.result);
        assertThat(right.add(left).dtype()).isEqualTo(p.result);
      }
      case "number" ->
          assertThat((p.right.equals("int") ? left.add(2L) : left.add(2.5)).dtype())
              .isEqualTo(p.result);
      default -> throw new AssertionError(p.table);
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesAreRead(DType dtype) {
    assertThat(DType.of(dtype.toString())).isEqualTo(dtype);
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertThatThrownBy(() -> DType.of("float8"))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("'float8'")
        .hasMessageContaining("bfloat16");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "COMPLEX.*")
  void limitsAreStoredExactly(DType dtype) {
    Tensor x = Tensor.of(dtype.min(), dtype.max()).to(dtype);
    assertThat(x.toDoubleArray()).containsExactly(dtype.min(), dtype.max());
  }

  @Test
  void epsIsTheDistanceFromOneToTheNextNumber() {
    for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
      double eps = dtype.eps();
      assertThat(Tensor.of(1 + eps, 1 + 0.49 * eps).to(dtype).toDoubleArray())
          .containsExactly(1 + eps, 1);
    }
    assertThatThrownBy(DType.INT64::eps).isInstanceOf(DTypeException.class);
  }
}
