package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operands that repeat one number in all directions, without a step in memory. */
class ExpandedOperandsTest {

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "FLOAT16", "INT64"})
  void productsOfOneNumber(DType dtype) {
    for (long k : new long[] {1, 4, 67, 300}) {
      Tensor number = Tensor.full(Shape.of(1, 1), 3, dtype);
      Tensor other = Tensor.arange(k).remainder(5).to(dtype);
      Tensor row = number.squeeze(0).expand(k);
      Tensor matrix = number.expand(20, k);
      double sum = other.sum().to(DType.FLOAT64).item();
      assertThat(row.dot(other).to(DType.FLOAT64).item()).isEqualTo(3 * sum);
      assertThat(other.dot(row).to(DType.FLOAT64).item()).isEqualTo(3 * sum);
      assertThat(matrix.mv(other).to(DType.FLOAT64).toDoubleArray()).containsOnly(3 * sum);
      assertThat(matrix.mm(other.unsqueeze(1)).to(DType.FLOAT64).toDoubleArray())
          .containsOnly(3 * sum);
      assertThat(matrix.mm(matrix.t()).to(DType.FLOAT64).toDoubleArray()).containsOnly(9.0 * k);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void aScalarsDimensionCanBeMoved(DType dtype) {
    Tensor scalar = Tensor.full(Shape.SCALAR, 2, dtype);
    assertThat(scalar.movedim(0, -1).shape()).isEqualTo(Shape.SCALAR);
  }
}
