package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The short-time Fourier transform, and neighbours: what comes back, and what is refused. */
class StftTest {

  private static final Stft STFT = Stft.of(8).hopLength(2).window(Tensor.hannWindow(8, true));

  @Test
  void theInverseGivesTheSignalBack() {
    Tensor signal = Tensor.randn(new Generator(1), 2, 30);
    Tensor spectrum = STFT.apply(signal);
    assertThat(spectrum.shape()).isEqualTo(Shape.of(2, 5, 16));
    assertThat(STFT.invert(spectrum).sub(signal).abs().max().item()).isCloseTo(0, within(1e-6));

    Tensor complex = Tensor.complex(signal, signal.flip(-1));
    Stft whole = STFT.onesided(false);
    Tensor again = whole.invertComplex(whole.apply(complex));
    assertThat(again.sub(complex).abs().max().item()).isCloseTo(0, within(1e-6));
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThatThrownBy(() -> Stft.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("stft: nFft 0");
    assertThatThrownBy(() -> Stft.of(4).winLength(5)).hasMessageContaining("no longer than nFft");
    assertThatThrownBy(() -> Stft.of(4).window(Tensor.ones(2, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("must be a row");
    assertThatThrownBy(() -> STFT.apply(Tensor.ones(2, 3, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("stft: (2, 3, 4)");
    assertThatThrownBy(() -> Stft.of(8).center(false, PadMode.REFLECT).apply(Tensor.ones(7)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("shorter than one frame");
    Tensor complex = Tensor.ones(20).to(DType.COMPLEX64);
    assertThatThrownBy(() -> STFT.onesided(true).apply(complex))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("has no half");
    assertThatThrownBy(() -> STFT.invert(Tensor.ones(5, 4)))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("istft");
    assertThatThrownBy(() -> STFT.invert(Tensor.ones(4, 4).to(DType.COMPLEX64)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("needs (*, 5, frames)");
    Tensor spectrum = Tensor.ones(5, 4).to(DType.COMPLEX64);
    assertThatThrownBy(() -> STFT.hopLength(8).center(false, PadMode.REFLECT).invert(spectrum))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("windows are 0");
  }

  @Test
  void frexpTakesNumbersApart() {
    var parts = Tensor.of(6.0, -0.25, 0.0, Double.NEGATIVE_INFINITY, 1e-310).frexp();
    assertThat(parts.mantissa().toDoubleArray())
        .containsExactly(0.75, -0.5, 0, Double.NEGATIVE_INFINITY, Math.scalb(1e-310, 1029));
    assertThat(parts.exponent().dtype()).isEqualTo(DType.INT32);
    assertThat(parts.exponent().toLongArray()).containsExactly(3, -1, 0, 0, -1029);
    assertThatThrownBy(() -> Tensor.of(1L).frexp()).isInstanceOf(DTypeException.class);
  }

  @Test
  void slicesAndDiagonalsMustFit() {
    Tensor x = Tensor.zeros(3, 2);
    assertThatThrownBy(
            () ->
                x.indexReduce(0, Tensor.of(0L, 1L), Tensor.ones(3, 2), ScatterReduction.AMAX, true))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("index_reduce: (3, 2)");
    assertThatThrownBy(() -> Tensor.zeros(3).fillDiagonalInPlace(1, false))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Tensor.zeros(2, 2, 3).fillDiagonalInPlace(1, false))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("sizes must be equal");
  }
}
