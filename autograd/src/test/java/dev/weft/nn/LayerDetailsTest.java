package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.DType;
import dev.weft.engine.PadMode;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Corners of layers, with numbers from PyTorch 2.13. */
class LayerDetailsTest {

  private static double[] values(Tensor x) {
    return x.detach().toDoubleArray();
  }

  @Test
  void outputPaddingShowsWhatPaddingHasRemovedBeforeItAddsZeros() {
    Tensor x = Tensor.of(1.0, 2.0, 3.0, 4.0).reshape(1, 1, 4);
    Optional<Tensor> bias = Optional.of(Tensor.of(0.5));
    var hidden = ConvOptions.DEFAULT.padding(1).dilation(2).outputPadding(1);
    Tensor three = Tensor.of(1.0, 2.0, 3.0).reshape(1, 1, 3);
    assertThat(values(Functional.convTranspose1d(x, three, bias, hidden)))
        .containsExactly(2.5, 5.5, 8.5, 9.5, 14.5, 9.5, 12.5);
    var open = ConvOptions.DEFAULT.dilation(3).outputPadding(2);
    Tensor two = Tensor.of(1.0, 2.0).reshape(1, 1, 2);
    assertThat(values(Functional.convTranspose1d(x, two, bias, open)))
        .containsExactly(1.5, 2.5, 3.5, 6.5, 4.5, 6.5, 8.5, 0.5, 0.5);
  }

  @Test
  void powerPoolingWithExponentOneIsTheSum() {
    Tensor x = Tensor.of(-1.0, -2.0, 3.0, 4.0).reshape(1, 1, 4);
    assertThat(values(Functional.lpPool1d(x, 1, PoolOptions.of(2)))).containsExactly(-3, 7);
    double[] cubes = values(Functional.lpPool1d(x, 3, PoolOptions.of(2)));
    assertThat(cubes[0]).isNaN();
    assertThat(cubes[1]).isCloseTo(4.497941445275415, within(1e-14));
  }

  @Test
  void powerPoolingHasNoGradientWhereTheSumIsZero() {
    Tensor x = Tensor.of(0.0, 0.0, 3.0, 4.0).reshape(1, 1, 4).requiresGrad(true);
    Functional.lpPool1d(x, 2, PoolOptions.of(2)).sum().backward();
    assertThat(values(x.grad().orElseThrow())) // x / norm
        .containsExactly(new double[] {0, 0, 0.6, 0.8}, within(1e-15));
  }

  /**
   * Of n numbers of which one is different, the others become −1 / √(n − 1). A mean from
   * differences with the first alone would be off by 3.9, which is 3.5e-6 standard deviations.
   */
  @Test
  void aFirstElementFarFromTheOthersCostsNoDigits() {
    float[] row = new float[8192];
    Arrays.fill(row, 3.9f);
    row[0] = 1e8f;
    Optional<Tensor> none = Optional.empty();
    Tensor y = Functional.layerNorm(Tensor.of(row), Shape.of(8192), none, none);
    assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(values(y)[8191]).isCloseTo(-1 / Math.sqrt(8191), within(1e-7));
  }

  /** With ones everywhere: 8 outputs times the windows that meet an element, in every block. */
  @Test
  void aLargeImageOfFewChannelsGetsItsGradientFromAllWindows() {
    Tensor x = Tensor.ones(1, 2, 210, 220).requiresGrad(true);
    Functional.conv2d(x, Tensor.ones(8, 2, 7, 7)).sum().backward();
    float[] gradient = x.grad().orElseThrow().toFloatArray();
    for (int i = 0; i < gradient.length; i++) {
      int row = i / 220 % 210;
      int column = i % 220;
      assertThat(gradient[i]).isEqualTo(8f * windows(row, 210) * windows(column, 220));
    }
  }

  /** Windows of 7 that meet a place among {@code size}. */
  private static int windows(int place, int size) {
    return Math.min(7, Math.min(place + 1, size - place));
  }

  @Test
  void aCircleIsClosedFromWhatIsLeft() {
    Tensor x = Tensor.arange(6).to(DType.FLOAT64).reshape(1, 6);
    assertThat(values(x.pad(new long[] {1, -1}, PadMode.CIRCULAR)))
        .containsExactly(4, 0, 1, 2, 3, 4);
    assertThat(values(x.pad(new long[] {-1, 2}, PadMode.CIRCULAR)))
        .containsExactly(1, 2, 3, 4, 5, 1, 2);
  }

  @Test
  void aSizeThatStaysTheSameIsCopiedWhateverTheFactor() {
    Tensor row = Tensor.of(1.0, 2.0).reshape(1, 1, 2);
    var options = InterpolateOptions.scale(1.3);
    assertThat(values(Functional.interpolate(row, options.mode(InterpolationMode.LINEAR))))
        .containsExactly(1, 2);
    assertThat(values(Functional.interpolate(row, options.mode(InterpolationMode.NEAREST))))
        .containsExactly(1, 1);
    Tensor image = Tensor.of(0.0, 1, 4, 9, 16, 25).reshape(1, 1, 2, 3);
    assertThat(values(Functional.interpolate(image, options.mode(InterpolationMode.NEAREST))))
        .containsExactly(0, 1, 4, 9, 16, 25);
    assertThat(values(Functional.interpolate(image, options.mode(InterpolationMode.NEAREST_EXACT))))
        .containsExactly(0, 1, 1, 9, 16, 16);
    var cubic = options.mode(InterpolationMode.BICUBIC);
    assertThat(values(Functional.interpolate(image, cubic.antialias(true))))
        .containsExactly(0, 1, 4, 9, 16, 25);
    assertThat(values(Functional.interpolate(image, cubic))[0]).isCloseTo(-0.6497, within(1e-4));
  }

  @Test
  void flattenChecksTheDimensionsOfAScalarToo() {
    assertThat(new Flatten(0, -1).apply(Tensor.scalar(2.0)).shape().rank()).isEqualTo(1);
    assertThatThrownBy(() -> new Flatten(0, 1).apply(Tensor.scalar(2.0)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("flatten");
  }

  @Test
  void emptyBatchesLeaveRunningStatisticsAlone() {
    var batch = new BatchNorm2d(2);
    var instance = new InstanceNorm2d(2, NormOptions.INSTANCE.affine(true).trackRunningStats(true));
    assertThat(batch.apply(Tensor.ones(0, 2, 3, 1)).numel()).isZero();
    assertThat(instance.apply(Tensor.ones(0, 2, 3, 1)).numel()).isZero();
    for (Module<?, ?> norm : new Module<?, ?>[] {batch, instance}) {
      assertThat(values(norm.stateDict().get("running_mean"))).containsExactly(0, 0);
      assertThat(values(norm.stateDict().get("running_var"))).containsExactly(1, 1);
    }
    assertThatThrownBy(() -> batch.apply(Tensor.ones(1, 2, 1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("training needs more than one value per channel");
  }
}
