package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Closed forms and identities of Fourier transforms. */
class FftTest {

  private static Tensor noise(long seed, long... shape) {
    var generator = new Generator(seed);
    try (var _ = Context.current().withDefaultDtype(DType.FLOAT64)) {
      return Tensor.complex(Tensor.randn(generator, shape), Tensor.randn(generator, shape));
    }
  }

  private static double distance(Tensor x, Tensor y) {
    return x.sub(y).abs().max().item();
  }

  /** Powers of two, mixed radices, primes that are small and large, products with large ones. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 7, 8, 31, 32, 37, 60, 97, 128, 210, 1000, 1009, 2018, 4096, 6144})
  void aWaveHasOneFrequencyAndComesBack(long n) {
    long frequency = n * 2 / 5;
    Tensor turns = Tensor.arange(n).mul(frequency).remainder(n).to(DType.FLOAT64);
    Tensor wave = Tensor.polar(Tensor.onesLike(turns), turns.mul(2 * Math.PI / n));
    Tensor peak = Tensor.arange(n).eq(frequency).to(DType.COMPLEX128).mul(n);
    assertThat(distance(Fft.fft(wave), peak)).isLessThan(1e-12 * n);
    assertThat(distance(Fft.ifft(peak), wave)).isLessThan(1e-12);

    Tensor x = noise(n, n);
    Tensor spectrum = Fft.fft(x);
    assertThat(distance(Fft.ifft(spectrum), x)).isLessThan(1e-12);
    // Parseval: with both divided by √n, the sum of squares stays.
    assertThat(Fft.fft(x, Fft.WHOLE, 0, Fft.Norm.ORTHO).norm().item())
        .isCloseTo(x.norm().item(), within(1e-12 * n));
    // The first number is the sum.
    assertThat(distance(spectrum.select(0, 0), x.sum())).isLessThan(1e-11);
    // Of a real signal, the spectrum is Hermitian and its half is enough.
    assertThat(distance(Fft.rfft(x.real()), Fft.fft(x.real()).narrow(0, 0, n / 2 + 1)))
        .isLessThan(1e-11);
    assertThat(distance(Fft.irfft(Fft.rfft(x.real()), n, 0), x.real())).isLessThan(1e-12);
    assertThat(distance(Fft.hfft(Fft.ihfft(x.real()), n, 0), x.real())).isLessThan(1e-11);
  }

  @Test
  void aPointHasAllFrequencies() {
    Tensor point = Tensor.arange(12).eq(0).to(DType.FLOAT32);
    assertThat(distance(Fft.fft(point), Tensor.ones(Shape.of(12), DType.COMPLEX64))).isZero();
    assertThat(Fft.fft(point).dtype()).isEqualTo(DType.COMPLEX64);
    assertThat(Fft.fft(Tensor.arange(4)).toComplexArray())
        .containsExactly(
            new Complex(6, 0), new Complex(-2, 2), new Complex(-2, 0), new Complex(-2, -2));
  }

  @Test
  void aConvolutionIsAProductOfSpectra() {
    Tensor x = noise(1, 9);
    Tensor w = noise(2, 9);
    Tensor product = Fft.ifft(Fft.fft(x).mul(Fft.fft(w)));
    for (int k = 0; k < 9; k++) {
      Tensor turned = w.flip(0).roll(k + 1, 0);
      assertThat(distance(product.select(0, k), x.dot(turned))).isLessThan(1e-13);
    }
  }

  @Test
  void severalDimensionsAreOneAfterTheOther() {
    Tensor x = noise(3, 4, 5, 6);
    Tensor last = Fft.fft(Fft.fft(x), Fft.WHOLE, 1);
    assertThat(distance(Fft.fft2(x), last)).isLessThan(1e-12);
    assertThat(distance(Fft.fftn(x), Fft.fft(last, Fft.WHOLE, 0))).isLessThan(1e-12);
    assertThat(distance(Fft.ifftn(Fft.fftn(x)), x)).isLessThan(1e-13);
    assertThat(distance(Fft.ifft2(Fft.fft2(x)), x)).isLessThan(1e-13);
    assertThat(distance(Fft.irfftn(Fft.rfftn(x.real())), x.real())).isLessThan(1e-13);
    assertThat(distance(Fft.irfft2(Fft.rfft2(x.real())), x.real())).isLessThan(1e-13);
    assertThat(distance(Fft.fft(x.transpose(0, 2), Fft.WHOLE, 0), Fft.fft(x).transpose(0, 2)))
        .isZero();
  }

  @Test
  void frequenciesAndShiftsAreThoseOfPyTorch() {
    assertThat(Fft.fftfreq(5).toFloatArray()).containsExactly(0, 0.2f, 0.4f, -0.4f, -0.2f);
    assertThat(Fft.fftfreq(4, 0.5).toDoubleArray()).containsExactly(0, 0.5, -1, -0.5);
    assertThat(Fft.rfftfreq(5, 2).toFloatArray()).containsExactly(0, 0.1f, 0.2f);
    assertThat(Fft.fftshift(Tensor.arange(5)).toLongArray()).containsExactly(3, 4, 0, 1, 2);
    assertThat(Fft.ifftshift(Tensor.arange(5)).toLongArray()).containsExactly(2, 3, 4, 0, 1);
    assertThat(Fft.fftshift(Tensor.arange(6).reshape(2, 3), 1).toLongArray())
        .containsExactly(2, 0, 1, 5, 3, 4);
    assertThat(Fft.fftshift(Tensor.arange(6).reshape(2, 3)).toLongArray())
        .containsExactly(5, 3, 4, 2, 0, 1);
  }

  @Test
  void wrongInputsAreRefused() {
    Tensor z = noise(4, 3, 4);
    assertThatThrownBy(() -> Fft.rfft(z))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("rfft");
    assertThatThrownBy(() -> Fft.fft(z, 0, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("needs at least 1");
    assertThatThrownBy(() -> Fft.fft(z, 4, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("fft");
    assertThatThrownBy(() -> Fft.irfft(z.narrow(1, 0, 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("0 numbers");
    assertThatThrownBy(() -> Fft.fftn(z, new long[] {2}, new int[] {0, 1}, Fft.Norm.ORTHO))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("1 sizes for 2 dimensions");
    assertThatThrownBy(() -> Fft.fftn(z, new long[0], new int[] {1, -1}, Fft.Norm.ORTHO))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("one occurs twice");
    assertThatThrownBy(() -> Fft.fft(Tensor.of(1f).to(DType.FLOAT16)))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("float32 or float64");
    assertThatThrownBy(() -> Fft.fftfreq(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
