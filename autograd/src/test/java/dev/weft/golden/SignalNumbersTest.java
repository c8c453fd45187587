package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Fft;
import dev.weft.engine.PadMode;
import dev.weft.engine.ScatterReduction;
import dev.weft.engine.Stft;
import dev.weft.engine.Tensor;
import dev.weft.nn.ConvOptions;
import dev.weft.nn.Functional;
import dev.weft.nn.Parameter;
import dev.weft.optim.Adam;
import dev.weft.optim.AdamW;
import dev.weft.optim.Optimizer;
import dev.weft.optim.SGD;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Short-time spectra, convolutions and optimizers of complex numbers, and ops that have no golden
 * values, against numbers that PyTorch gave.
 */
class SignalNumbersTest {

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsAreThoseOfPyTorch() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    for (String[] words : Numbers.cases("signal.txt")) {
      boolean optimizer = words[0].startsWith("optimizer");
      tests.add(
          dynamicTest(
              words[0] + " of " + words[1].split(" ")[0],
              () -> {
                if (optimizer) {
                  checkOptimizer(words);
                } else {
                  check(words);
                }
              }));
    }
    assertThat(tests).hasSizeGreaterThan(35);
    return tests.stream();
  }

  private static void check(String[] words) {
    int inputs = words.length / 2 - 1;
    List<Tensor> x =
        Arrays.stream(words, 1, 1 + inputs)
            .map(word -> Numbers.tensor(word).requiresGrad(true))
            .toList();
    Tensor y;
    try (var _ = Context.current().withDefaultDtype(DType.FLOAT64)) { // that of windows
      y = apply(words[0], x);
    }
    Numbers.assertClose(y, Numbers.tensor(words[1 + inputs]), 1e-12);
    List<Tensor> gradients = Autograd.grad(Numbers.weighted(y), x, Optional.empty(), false, false);
    for (int i = 0; i < inputs; i++) {
      Numbers.assertClose(gradients.get(i), Numbers.tensor(words[2 + inputs + i]), 1e-12);
    }
  }

  private static Tensor apply(String call, List<Tensor> x) {
    String[] name = call.split(" ");
    Tensor a = x.getFirst();
    Tensor b = x.getLast();
    return switch (name[0]) {
      case "stft" -> stft(name).apply(a);
      case "istftComplex" -> stft(name).invertComplex(a);
      case "istft" -> {
        int at = Arrays.asList(name).indexOf("length");
        yield at < 0 ? stft(name).invert(a) : stft(name).invert(a, Long.parseLong(name[at + 1]));
      }
      case "frexp" -> a.frexp().mantissa();
      case "hfft2" -> Fft.hfft2(a);
      case "ihfft2" -> Fft.ihfft2(a);
      case "indexReduce" ->
          a.indexReduce(
              0,
              Tensor.of(0L, 2L, 2L, 1L),
              b,
              ScatterReduction.valueOf(name[1].toUpperCase(Locale.ROOT)),
              Boolean.parseBoolean(name[2]));
      case "fillDiagonal" -> a.copy().fillDiagonalInPlace(3, Boolean.parseBoolean(name[1]));
      case "kaiser" ->
          Tensor.kaiserWindow(
                  Integer.parseInt(name[1]),
                  Boolean.parseBoolean(name[2]),
                  Double.parseDouble(name[3]))
              .mul(a);
      case "sumToSize" -> a.sumToSize(3, 1);
      case "conv1d" ->
          Functional.conv1d(a, b, Optional.empty(), ConvOptions.DEFAULT.stride(2).padding(1));
      case "conv2d" ->
          Functional.conv2d(a, x.get(1), Optional.of(b), ConvOptions.DEFAULT.padding(1).groups(2));
      case "convTranspose2d" ->
          Functional.convTranspose2d(
              a, b, Optional.empty(), ConvOptions.DEFAULT.stride(2).dilation(1, 2));
      case "narrow" -> a.to(DType.COMPLEX64).to(DType.COMPLEX128);
      default -> throw new AssertionError(name[0]);
    };
  }

  /** {@code stft 8 hop 3 hann 6}: nFft, and what is not as usual. */
  private static Stft stft(String[] words) {
    Stft stft = Stft.of(Integer.parseInt(words[1]));
    for (int i = 2; i < words.length; i++) {
      stft =
          switch (words[i]) {
            case "hop" -> stft.hopLength(Integer.parseInt(words[++i]));
            case "hann" -> stft.window(Tensor.hannWindow(length(words[++i]), true));
            case "hamming" -> stft.window(Tensor.hammingWindow(length(words[++i]), true));
            case "uncentred" -> stft.center(false, PadMode.REFLECT);
            case "constant" -> stft.center(true, PadMode.CONSTANT);
            case "normalized" -> stft.normalized(true);
            case "whole" -> stft.onesided(false);
            default -> stft;
          };
    }
    return stft;
  }

  private static int length(String word) {
    return Integer.parseInt(word);
  }

  /** Five steps on Σ |z − target|⁴. */
  private static void checkOptimizer(String[] words) {
    var z = Parameter.of(Numbers.tensor(words[1]));
    Tensor target = Numbers.tensor(words[2]);
    Optimizer optimizer =
        switch (words[0].split(" ")[1]) {
          case "sgd" -> new SGD(List.of(z), 0.1).momentum(0.9).weightDecay(0.01).nesterov(true);
          case "adam" -> new Adam(List.of(z), 0.1).weightDecay(0.01);
          case "amsgrad" -> new Adam(List.of(z), 0.1).amsgrad(true);
          case "adamw" -> new AdamW(List.of(z), 0.1);
          default -> throw new AssertionError(words[0]);
        };
    for (int step = 0; step < 5; step++) {
      optimizer.zeroGrad();
      Tensor off = z.sub(target);
      off.mul(off.conj()).real().square().sum().backward();
      optimizer.step();
    }
    Numbers.assertClose(z.detach(), Numbers.tensor(words[3]), 1e-12);
  }
}
