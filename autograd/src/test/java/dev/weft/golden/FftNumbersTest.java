package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Fft;
import dev.weft.engine.Tensor;
import java.io.IOException;
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
    for (String[] words : Numbers.cases("fft.txt")) {
      String name = String.join(" ", Arrays.copyOf(words, 4)) + " of " + words[4].split(" ")[0];
      tests.add(dynamicTest(name, () -> check(words)));
    }
    assertThat(tests).hasSizeGreaterThan(80);
    return tests.stream();
  }

  private static void check(String[] words) {
    Tensor x = Numbers.tensor(words[4]).requiresGrad(true);
    Tensor y = transformed(words, x);
    Numbers.assertClose(y, Numbers.tensor(words[5]), 1e-13);
    Tensor gradient = Autograd.grad(Numbers.weighted(y), x);
    Numbers.assertClose(gradient, Numbers.tensor(words[6]), 1e-13);
  }

  private static Tensor transformed(String[] words, Tensor x) {
    long[] s = Numbers.list(words[1]);
    int[] dims = Arrays.stream(Numbers.list(words[2])).mapToInt(d -> (int) d).toArray();
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
}
