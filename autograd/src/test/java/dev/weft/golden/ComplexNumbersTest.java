package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Complex;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Functions of complex numbers and their gradients, against numbers that PyTorch gave. */
class ComplexNumbersTest {

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsAreThoseOfPyTorch() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    try (var in = ComplexNumbersTest.class.getResourceAsStream("/golden/complex.txt");
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> tests.add(dynamicTest(line, () -> check(line.split(" ")))));
    }
    assertThat(tests).hasSizeGreaterThan(200);
    return tests.stream();
  }

  private static void check(String[] words) {
    double[] numbers = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
    int inputs = numbers.length == 6 ? 1 : 2;
    var leaves = new ArrayList<Tensor>();
    for (int i = 0; i < inputs; i++) {
      leaves.add(Tensor.of(number(numbers, i)).select(0, 0).copy().requiresGrad(true));
    }
    Tensor y = apply(words[0], leaves.getFirst(), leaves.getLast());
    assertClose(y.itemComplex(), number(numbers, inputs));

    Tensor loss = y.isComplex() ? y.real().mul(2).add(y.imag().mul(3)) : y.mul(2);
    List<Tensor> gradients = Autograd.grad(loss, leaves, Optional.empty(), false, false);
    for (int i = 0; i < inputs; i++) {
      assertThat(gradients.get(i).dtype()).isEqualTo(DType.COMPLEX128);
      assertClose(gradients.get(i).itemComplex(), number(numbers, inputs + 1 + i));
    }
  }

  private static Complex number(double[] numbers, int index) {
    return new Complex(numbers[2 * index], numbers[2 * index + 1]);
  }

  private static void assertClose(Complex actual, Complex expected) {
    double size = 1 + Math.hypot(expected.re(), expected.im());
    assertThat(actual.re()).isCloseTo(expected.re(), within(1e-13 * size));
    assertThat(actual.im()).isCloseTo(expected.im(), within(1e-13 * size));
  }

  private static Tensor apply(String name, Tensor z, Tensor w) {
    BinaryOperator<Tensor> op =
        switch (name) {
          case "abs" -> (x, _) -> x.abs();
          case "angle" -> (x, _) -> x.angle();
          case "conj" -> (x, _) -> x.conj();
          case "sgn" -> (x, _) -> x.sgn();
          case "neg" -> (x, _) -> x.neg();
          case "reciprocal" -> (x, _) -> x.reciprocal();
          case "square" -> (x, _) -> x.square();
          case "exp" -> (x, _) -> x.exp();
          case "exp2" -> (x, _) -> x.exp2();
          case "expm1" -> (x, _) -> x.expm1();
          case "log" -> (x, _) -> x.log();
          case "log2" -> (x, _) -> x.log2();
          case "log10" -> (x, _) -> x.log10();
          case "log1p" -> (x, _) -> x.log1p();
          case "sqrt" -> (x, _) -> x.sqrt();
          case "rsqrt" -> (x, _) -> x.rsqrt();
          case "sin" -> (x, _) -> x.sin();
          case "cos" -> (x, _) -> x.cos();
          case "tan" -> (x, _) -> x.tan();
          case "asin" -> (x, _) -> x.asin();
          case "acos" -> (x, _) -> x.acos();
          case "atan" -> (x, _) -> x.atan();
          case "sinh" -> (x, _) -> x.sinh();
          case "cosh" -> (x, _) -> x.cosh();
          case "tanh" -> (x, _) -> x.tanh();
          case "asinh" -> (x, _) -> x.asinh();
          case "acosh" -> (x, _) -> x.acosh();
          case "atanh" -> (x, _) -> x.atanh();
          case "sigmoid" -> (x, _) -> x.sigmoid();
          case "silu" -> (x, _) -> x.silu();
          case "add" -> Tensor::add;
          case "sub" -> Tensor::sub;
          case "mul" -> Tensor::mul;
          case "div" -> Tensor::div;
          case "pow" -> Tensor::pow;
          default -> throw new AssertionError(name);
        };
    return op.apply(z, w);
  }
}
