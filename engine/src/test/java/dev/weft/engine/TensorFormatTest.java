package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The expected texts are what PyTorch prints for the same tensors, without its "torch." prefix. */
class TensorFormatTest {

  private static Tensor floats(double... values) {
    return Tensor.of(values).to(DType.FLOAT32);
  }

  @Test
  void wholeFloatsEndInAPoint() {
    assertThat(floats(1, 2, 3)).hasToString("tensor([1., 2., 3.])");
    assertThat(floats(1, -20, 3)).hasToString("tensor([  1., -20.,   3.])");
    assertThat(Tensor.zeros(2, 3)).hasToString("tensor([[0., 0., 0.],\n        [0., 0., 0.]])");
  }

  @Test
  void otherFloatsHaveFourDecimals() {
    assertThat(floats(1, 2.5)).hasToString("tensor([1.0000, 2.5000])");
    assertThat(floats(0.1, -12.34567)).hasToString("tensor([  0.1000, -12.3457])");
  }

  @Test
  void decimalsAreRoundedFromTheExactBinaryValue() {
    // 2.00005 is stored as 2.00004999999999988…; 0.03125 · 0.5 = 0.015625 is exact, a tie.
    try (var _ = Context.current().withDefaultDtype(DType.FLOAT64)) {
      assertThat(Tensor.of(2.00005)).hasToString("tensor([2.0000])");
      assertThat(Tensor.of(1.03125)).hasToString("tensor([1.0312])");
      assertThat(Tensor.of(1.09375)).hasToString("tensor([1.0938])");
    }
  }

  @Test
  void numbersThatSpreadTooFarHaveAnExponent() {
    assertThat(floats(1e-5, 1)).hasToString("tensor([1.0000e-05, 1.0000e+00])");
    assertThat(floats(0.5, 1000)).hasToString("tensor([5.0000e-01, 1.0000e+03])");
    assertThat(floats(1, 1001)).hasToString("tensor([1.0000e+00, 1.0010e+03])");
    assertThat(floats(1, 1000)).hasToString("tensor([   1., 1000.])");
    assertThat(floats(2e8)).hasToString("tensor([2.0000e+08])");
    assertThat(floats(1e8)).hasToString("tensor([100000000.])");
    assertThat(floats(0.0001)).hasToString("tensor([1.0000e-04])");
    assertThat(floats(9.99996, 0.0099)).hasToString("tensor([1.0000e+01, 9.9000e-03])");
    assertThat(floats(-1e30, 0)).hasToString("tensor([-1.0000e+30,  0.0000e+00])");
  }

  @Test
  void infinitiesAndNan() {
    double inf = Double.POSITIVE_INFINITY;
    assertThat(floats(Double.NaN, 0)).hasToString("tensor([nan, 0.])");
    assertThat(floats(inf, 1)).hasToString("tensor([inf, 1.])");
    assertThat(floats(-inf, 1.5, Double.NaN)).hasToString("tensor([  -inf, 1.5000,    nan])");
    assertThat(floats(inf, 1e-6)).hasToString("tensor([       inf, 1.0000e-06])");
    assertThat(floats(-0.0)).hasToString("tensor([-0.])");
  }

  @Test
  void scalarsHaveNoBrackets() {
    assertThat(Tensor.scalar(2.5)).hasToString("tensor(2.5000)");
    assertThat(Tensor.scalar(3)).hasToString("tensor(3.)");
    assertThat(Tensor.of(7L).reshape()).hasToString("tensor(7)");
  }

  @Test
  void integersAndBoolAreRightAligned() {
    assertThat(Tensor.of(1L, -20L, 300L)).hasToString("tensor([  1, -20, 300])");
    assertThat(Tensor.of(true, false)).hasToString("tensor([ True, False])");
    assertThat(Tensor.of(true, true)).hasToString("tensor([True, True])");
    assertThat(Tensor.of(Long.MIN_VALUE)).hasToString("tensor([-9223372036854775808])");
  }

  @Test
  void dtypesOtherThanTheDefaultAreNamed() {
    assertThat(Tensor.of(1.5)).hasToString("tensor([1.5000], dtype=float64)");
    assertThat(Tensor.of(1L).to(DType.INT32)).hasToString("tensor([1], dtype=int32)");
    assertThat(Tensor.of(200L).to(DType.UINT8)).hasToString("tensor([200], dtype=uint8)");
    assertThat(floats(1.001).to(DType.BFLOAT16)).hasToString("tensor([1.], dtype=bfloat16)");
    try (var _ = Context.current().withDefaultDtype(DType.FLOAT64)) {
      assertThat(Tensor.of(1.5)).hasToString("tensor([1.5000])");
      assertThat(floats(1.5)).hasToString("tensor([1.5000], dtype=float32)");
    }
  }

  @Test
  void dimensionsNest() {
    assertThat(Tensor.arange(12).reshape(2, 2, 3))
        .hasToString(
            """
            tensor([[[ 0,  1,  2],
                     [ 3,  4,  5]],

                    [[ 6,  7,  8],
                     [ 9, 10, 11]]])\
            """);
    assertThat(Tensor.arange(4).reshape(2, 1, 2, 1))
        .hasToString(
            """
            tensor([[[[0],
                      [1]]],


                    [[[2],
                      [3]]]])\
            """);
  }

  @Test
  void longRowsAreBroken() {
    assertThat(Tensor.arange(30))
        .hasToString(
            """
            tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
                    18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])\
            """);
  }

  @Test
  void suffixesMoveToANewLineWhereTheyDoNotFit() {
    assertThat(Tensor.arange(18).to(DType.INT32))
        .hasToString(
            """
            tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17],
                   dtype=int32)\
            """);
  }

  @Test
  void moreThanAThousandElementsAreAbridged() {
    assertThat(Tensor.arange(1001))
        .hasToString("tensor([   0,    1,    2,  ...,  998,  999, 1000])");
    assertThat(Tensor.arange(1000).toString()).doesNotContain("...");
    assertThat(Tensor.zeros(100, 100))
        .hasToString(
            """
            tensor([[0., 0., 0.,  ..., 0., 0., 0.],
                    [0., 0., 0.,  ..., 0., 0., 0.],
                    [0., 0., 0.,  ..., 0., 0., 0.],
                    ...,
                    [0., 0., 0.,  ..., 0., 0., 0.],
                    [0., 0., 0.,  ..., 0., 0., 0.],
                    [0., 0., 0.,  ..., 0., 0., 0.]])\
            """);
    assertThat(Tensor.zeros(2, 1000))
        .hasToString(
            """
            tensor([[0., 0., 0.,  ..., 0., 0., 0.],
                    [0., 0., 0.,  ..., 0., 0., 0.]])\
            """);
  }

  @Test
  void elementsThatAreCutAwayDoNotWidenTheColumn() {
    Tensor x = Tensor.zeros(2000);
    x.narrow(0, 1000, 1).fillInPlace(123456);
    assertThat(x).hasToString("tensor([0., 0., 0.,  ..., 0., 0., 0.])");
  }

  @Test
  void emptyTensorsSayTheirSize() {
    assertThat(Tensor.zeros(0)).hasToString("tensor([])");
    assertThat(Tensor.zeros(0, 3)).hasToString("tensor([], size=(0, 3))");
    assertThat(Tensor.zeros(Shape.of(0), DType.INT64)).hasToString("tensor([], dtype=int64)");
    assertThat(Tensor.zeros(Shape.of(2, 0), DType.BOOL))
        .hasToString("tensor([], size=(2, 0), dtype=bool)");
  }

  @Test
  void metaTensorsHaveNoElements() {
    assertThat(Tensor.zeros(Shape.of(2, 3), DType.FLOAT32, Device.META))
        .hasToString("tensor(..., device='meta', size=(2, 3))");
    assertThat(Tensor.zeros(Shape.of(3), DType.INT64, Device.META))
        .hasToString("tensor(..., device='meta', size=(3,), dtype=int64)");
  }

  @Test
  void releasedTensorsSaySo() {
    Tensor x = Tensor.zeros(2, 3);
    x.release();
    assertThat(x).hasToString("tensor(released, float32 (2, 3))");
  }

  @Test
  void viewsPrintTheirOwnElements() {
    Tensor x = Tensor.arange(6).reshape(2, 3);
    assertThat(x.t()).hasToString("tensor([[0, 3],\n        [1, 4],\n        [2, 5]])");
    assertThat(x.select(1, 1)).hasToString("tensor([1, 4])");
    assertThat(Tensor.of(7L).expand(2, 2)).hasToString("tensor([[7, 7],\n        [7, 7]])");
  }

  @Test
  void theLocaleDoesNotMatter() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(floats(1234.5)).hasToString("tensor([1234.5000])");
      assertThat(floats(1e10)).hasToString("tensor([1.0000e+10])");
    } finally {
      Locale.setDefault(before);
    }
  }
}
