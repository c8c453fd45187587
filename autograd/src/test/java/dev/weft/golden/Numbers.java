package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Files of numbers that PyTorch gave: a case a line, its words separated by semicolons. */
final class Numbers {

  private Numbers() {}

  /** The cases of a file beside the golden values. */
  static List<String[]> cases(String file) throws IOException {
    try (var in = Numbers.class.getResourceAsStream("/golden/" + file);
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines.lines().filter(l -> !l.startsWith("#")).map(l -> l.split("; ")).toList();
    }
  }

  /** {@code c2,3 1.5 …}: complex or real, the shape, the parts. */
  static Tensor tensor(String text) {
    String[] words = text.split(" ");
    double[] values = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
    Shape shape = Shape.of(list(words[0].substring(1)));
    Tensor row = Tensor.of(values);
    return (words[0].startsWith("c") ? row.reshape(-1, 2).viewAsComplex() : row)
        .reshape(shape)
        .copy();
  }

  static long[] list(String text) {
    return text.isEmpty()
        ? new long[0]
        : Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  /** The parts of y times 1, 1.25, … 2.5, 1, …, summed: the loss whose gradients are compared. */
  static Tensor weighted(Tensor y) {
    Tensor parts = y.isComplex() ? y.viewAsReal() : y;
    Tensor weights = Tensor.arange(parts.numel()).remainder(7).mul(0.25).add(1);
    return parts.mul(weights.reshape(parts.shape())).sum();
  }

  static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.spec()).isEqualTo(expected.spec());
    double[] a = (actual.isComplex() ? actual.viewAsReal() : actual).toDoubleArray();
    double[] e = (expected.isComplex() ? expected.viewAsReal() : expected).toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      assertThat(a[i]).isCloseTo(e[i], within(tolerance * (10 + Math.abs(e[i]))));
    }
  }
}
