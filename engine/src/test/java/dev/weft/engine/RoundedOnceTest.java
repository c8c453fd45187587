package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Methods that are made of several ops compute half types in float32 and round the result once. */
class RoundedOnceTest {

  private static final Map<String, BinaryOperator<Tensor>> METHODS =
      new TreeMap<>(
          Map.of(
              "addcdiv", (x, y) -> x.addcdiv(x, y, 0.3),
              "addcmul", (x, y) -> x.addcmul(y, y, 0.3),
              "addmm", (x, y) -> x.addmm(y, y.t(), 0.7, 0.3),
              "addmv", (x, y) -> x.select(0, 0).addmv(y, y.select(0, 1), 0.7, 0.3),
              "lerp", (x, y) -> x.lerp(y, 0.3),
              "lerp to a tensor", (x, y) -> x.lerp(y, y.abs()),
              "ldexp", (x, y) -> x.ldexp(y)));

  @TestFactory
  Stream<DynamicTest> asInFloat32() {
    return METHODS.keySet().stream()
        .flatMap(
            name ->
                Stream.of(DType.FLOAT16, DType.BFLOAT16)
                    .map(dtype -> dynamicTest(name + " " + dtype, () -> compare(name, dtype))));
  }

  private static void compare(String name, DType dtype) {
    var generator = new Generator(3);
    Tensor x = Tensor.randn(generator, 6, 6).to(dtype);
    Tensor y = Tensor.randn(generator, 6, 6).to(dtype);
    BinaryOperator<Tensor> method = METHODS.get(name);
    Tensor wide = method.apply(x.to(DType.FLOAT32), y.to(DType.FLOAT32));
    Tensor got = method.apply(x, y);
    assertThat(got.dtype()).isEqualTo(dtype);
    assertThat(got.toDoubleArray()).isEqualTo(wide.to(dtype).toDoubleArray());
  }

  @Test
  void aFloat32ScalarIsNotRoundedFirst() {
    Tensor x = Tensor.of(1.5, 3.7, -2.9).to(DType.FLOAT16);
    Tensor scalar = Tensor.full(Shape.SCALAR, 0.1, DType.FLOAT32);
    double[] wanted = x.to(DType.FLOAT32).mul(scalar).to(DType.FLOAT16).toDoubleArray();
    assertThat(x.mul(scalar).toDoubleArray()).isEqualTo(wanted);
    assertThat(x.copy().mulInPlace(scalar).toDoubleArray()).isEqualTo(wanted);
  }
}
