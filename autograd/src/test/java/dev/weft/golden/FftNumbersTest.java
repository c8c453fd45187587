package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Fft;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Fourier transforms and their gradients, against numbers that PyTorch gave. */
class FftNumbersTest {

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsAreThoseOfPyTorch() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    try (var in = FftNumbersTest.class.getResourceAsStream("/golden/fft.txt");
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("; "))
          .forEach(
              w ->
                  tests.add(
                      dynamicTest(
                          String.join(" ", Arrays.copyOf(w, 4)) + " of " + w[4].split(" ")[0],
                          () -> check(w))));
    }
    assertThat(tests).hasSizeGreaterThan(80);
    return tests.stream();
  }

  private static void check(String[] words) {
    Tensor x = tensor(words[4]).requiresGrad(true);
    Tensor y = transformed(words, x);
    assertClose(y, tensor(words[5]));

    Tensor parts = y.isComplex() ? y.viewAsReal() : y;
    Tensor weights = Tensor.arange(parts.numel()).remainder(7).mul(0.25).add(1);
    Tensor loss = parts.mul(weights.reshape(parts.shape())).sum();
    assertClose(Autograd.grad(loss, x), tensor(words[6]));
  }

  private static Tensor transformed(String[] words, Tensor x) {
    long[] s = numbers(words[1]);
    int[] dims = Arrays.stream(numbers(words[2])).mapToInt(d -> (int) d).toArray();
    long n = s.length == 0 ? Fft.WHOLE : s[0];
    Fft.Norm norm = Fft.Norm.valueOf(words[3].toUpperCase(Locale.ROOT));
    return switch (words[0]) {
      case "fft" -> Fft.fft(x, n, dims[0], norm);
      case "ifft" -> Fft.ifft(x, n, dims[0], norm);
      case "rfft" -> Fft.rfft(x, n, dims[0], norm);
      case "irfft" -> Fft.irfft(x, n, dims[0], norm);
      case "hfft" -> Fft.hfft(x, n, dims[0], norm);
      case "ihfft" -> Fft.ihfft(x, n, dims[0], norm);
      case "fftn" -> Fft.fftn(x, s, dims, norm);
      case "ifftn" -> Fft.ifftn(x, s, dims, norm);
      case "rfftn" -> Fft.rfftn(x, s, dims, norm);
      case "irfftn" -> Fft.irfftn(x, s, dims, norm);
      case "hfftn" -> Fft.hfftn(x, s, dims, norm);
      case "ihfftn" -> Fft.ihfftn(x, s, dims, norm);
      default -> throw new AssertionError(words[0]);
    };
  }

  /** {@code c2,3 1.5 …}: complex or real, the shape, the parts. */
  private static Tensor tensor(String text) {
    String[] words = text.split(" ");
    double[] values = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
    Shape shape = Shape.of(numbers(words[0].substring(1)));
    Tensor row = Tensor.of(values);
    return (words[0].startsWith("c") ? row.reshape(-1, 2).viewAsComplex() : row)
        .reshape(shape)
        .copy();
  }

  private static long[] numbers(String text) {
    return text.isEmpty()
        ? new long[0]
        : Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    assertThat(actual.spec()).isEqualTo(expected.spec());
    double[] a = (actual.isComplex() ? actual.viewAsReal() : actual).toDoubleArray();
    double[] e = (expected.isComplex() ? expected.viewAsReal() : expected).toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      assertThat(a[i]).isCloseTo(e[i], within(1e-13 * (10 + Math.abs(e[i]))));
    }
  }
}
