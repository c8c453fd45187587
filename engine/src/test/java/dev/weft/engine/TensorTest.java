package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Creation and methods, where no golden value speaks; messages as users read them. */
class TensorTest {

  private static Tensor grid(long rows, long columns) {
    return Tensor.arange(rows * columns).reshape(rows, columns);
  }

  // ------------------------------------------------------------------------------ creation

  @Test
  void arraysAreCopied() {
    float[] values = {1, 2};
    Tensor x = Tensor.of(values);
    values[0] = 9;
    assertThat(x.toFloatArray()).containsExactly(1, 2);
    assertThat(x.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(Tensor.of(1.0, 2.0).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(Tensor.of(1L, 2L).dtype()).isEqualTo(DType.INT64);
    assertThat(Tensor.of(true, false).toLongArray()).containsExactly(1, 0);
    assertThat(Tensor.of(new float[0]).shape()).isEqualTo(Shape.of(0));
  }

  @Test
  void fillings() {
    assertThat(Tensor.zeros(2, 2).toDoubleArray()).containsOnly(0);
    assertThat(Tensor.ones(2).toDoubleArray()).containsOnly(1);
    assertThat(Tensor.full(2.5, 3).toDoubleArray()).containsExactly(2.5, 2.5, 2.5);
    assertThat(Tensor.scalar(3).shape()).isEqualTo(Shape.SCALAR);
    Tensor ints = Tensor.full(Shape.of(2), Long.MAX_VALUE, DType.INT64);
    assertThat(ints.toLongArray()).containsOnly(Long.MAX_VALUE);
    assertThat(Tensor.zerosLike(ints).spec()).isEqualTo(ints.spec());
    assertThat(Tensor.onesLike(Tensor.of(true)).toLongArray()).containsExactly(1);
    assertThat(Tensor.empty(3, 0).numel()).isZero();
  }

  @Test
  void ranges() {
    assertThat(Tensor.arange(3).toLongArray()).containsExactly(0, 1, 2);
    assertThat(Tensor.arange(5, 0, -2).toLongArray()).containsExactly(5, 3, 1);
    assertThat(Tensor.arange(2, 2, 1).numel()).isZero();
    assertThatThrownBy(() -> Tensor.arange(0, 1, -5))
        .hasMessage("arange: 0 to 1 in steps of -5 never ends");
    assertThatThrownBy(() -> Tensor.arange(0, 3, 0)).isInstanceOf(IllegalArgumentException.class);
    try (var _ = Context.current().withDefaultDtype(DType.FLOAT64)) {
      double[] x = Tensor.linspace(0, 1, 50).toDoubleArray();
      assertThat(x).hasSize(50);
      assertThat(x[49]).isEqualTo(1); // 49 · (1/49) is less than 1
    }
    assertThat(Tensor.linspace(3, 9, 1).toDoubleArray()).containsExactly(3);
    assertThat(Tensor.linspace(3, 9, 0).numel()).isZero();
    assertThat(Tensor.eye(2).toDoubleArray()).containsExactly(1, 0, 0, 1);
  }

  // ------------------------------------------------------------------------------ elements

  @Test
  void elementsAreReadByIndex() {
    Tensor x = grid(2, 3).t();
    assertThat(x.getLong(2, 1)).isEqualTo(5);
    assertThat(x.getDouble(-1, -1)).isEqualTo(5);
    assertThat(x.getFloat(0, 1)).isEqualTo(3f);
    assertThat(x.getBoolean(0, 0)).isFalse();
    assertThat(x.select(0, 1).select(0, 1).itemLong()).isEqualTo(4);
    assertThat(Tensor.of(Long.MAX_VALUE - 1).itemLong()).isEqualTo(Long.MAX_VALUE - 1);
    assertThatThrownBy(() -> x.getLong(3, 0)).isInstanceOf(IndexException.class);
    assertThatThrownBy(x::item)
        .isInstanceOf(ShapeException.class)
        .hasMessage("item: int64 (3, 2) has 6 elements, not one");
  }

  @Test
  void arraysFollowTheIndexNotTheMemory() {
    Tensor x = grid(2, 3).t();
    assertThat(x.toLongArray()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(x.toDoubleArray()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(x.expand(2, 3, 2).toFloatArray()).hasSize(12);
    assertThatThrownBy(x::segment)
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("has gaps");
    assertThat(x.select(1, 1).isContiguous()).isTrue();
    assertThat(grid(4, 2).narrow(0, 2, 2).segment().get(Native.LONG, 0)).isEqualTo(4);
  }

  @Test
  void equalityIsThatOfElements() {
    Tensor x = grid(2, 3);
    assertThat(x.equal(grid(2, 3))).isTrue();
    assertThat(x.equal(grid(3, 2))).isFalse();
    assertThat(x.equal(x.add(1))).isFalse();
    assertThat(Tensor.full(Double.NaN, 1).equal(Tensor.full(Double.NaN, 1))).isFalse();
    assertThat(Tensor.zeros(0).equal(Tensor.zeros(0))).isTrue();
  }

  // ------------------------------------------------------------------------------ shapes

  @Test
  void aSizeOfMinusOneIsFilledIn() {
    assertThat(grid(2, 6).reshape(3, -1).shape()).isEqualTo(Shape.of(3, 4));
    assertThat(grid(2, 6).reshape(-1).shape()).isEqualTo(Shape.of(12));
    assertThatThrownBy(() -> grid(2, 6).reshape(5, -1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("reshape: (2, 6) as [5, -1]: no size in the place of -1 fits 12 elements");
    assertThatThrownBy(() -> grid(2, 6).reshape(-1, -1)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> grid(2, 6).reshape(5))
        .hasMessage("reshape(5): (2, 6): 12 elements do not fill 5");
  }

  @Test
  void viewRefusesWhatReshapeCopies() {
    Tensor x = grid(2, 3).t();
    assertThat(x.reshape(6).toLongArray()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(x.reshape(6).storage()).isNotSameAs(x.storage());
    assertThatThrownBy(() -> x.view(6))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("use reshape");
    assertThat(x.view(3, 1, 2).storage()).isSameAs(x.storage());
  }

  @Test
  void slicesClipLikePython() {
    Tensor x = Tensor.arange(5);
    assertThat(x.slice(0, 1, 100).toLongArray()).containsExactly(1, 2, 3, 4);
    assertThat(x.slice(0, -2, 5).toLongArray()).containsExactly(3, 4);
    assertThat(x.slice(0, 0, -1, 2).toLongArray()).containsExactly(0, 2);
    assertThat(x.slice(0, 4, 2).numel()).isZero();
    assertThat(x.slice(0, 0, 5, Long.MAX_VALUE).toLongArray()).containsExactly(0);
    assertThatThrownBy(() -> x.slice(0, 0, 5, 0)).isInstanceOf(IndexException.class);
    assertThatThrownBy(() -> x.narrow(0, 3, 3)).isInstanceOf(IndexException.class);
    assertThatThrownBy(() -> x.narrow(0, 0, -1)).isInstanceOf(IndexException.class);
    assertThatThrownBy(() -> x.select(0, 5))
        .isInstanceOf(IndexException.class)
        .hasMessage("select: (5): index 5 is outside dimension 0 of size 5");
    assertThat(x.get(-1).itemLong()).isEqualTo(4);
  }

  @Test
  void piecesAreViews() {
    Tensor x = grid(5, 2);
    List<Tensor> parts = x.split(2, 0);
    assertThat(parts.stream().map(Tensor::shape))
        .containsExactly(Shape.of(2, 2), Shape.of(2, 2), Shape.of(1, 2));
    assertThat(parts).allMatch(part -> part.storage() == x.storage());
    assertThat(x.chunk(2, 0).stream().map(part -> part.size(0))).containsExactly(3L, 2L);
    assertThat(x.unbind(1).get(1).toLongArray()).containsExactly(1, 3, 5, 7, 9);
    assertThat(x.split(Long.MAX_VALUE, 0)).hasSize(1);
    assertThat(Tensor.zeros(0).split(3, 0)).hasSize(1);
    assertThatThrownBy(() -> x.split(0, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void joiningPromotesAndChecksSizes() {
    Tensor joined = Tensor.cat(List.of(Tensor.of(1L), Tensor.of(0.5f)), -1);
    assertThat(joined.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(joined.toDoubleArray()).containsExactly(1, 0.5);
    assertThat(Tensor.cat(List.of(Tensor.zeros(0), grid(1, 2)), 1).shape())
        .isEqualTo(Shape.of(1, 2));
    assertThat(Tensor.stack(List.of(Tensor.of(1L), Tensor.of(2L)), -1).shape())
        .isEqualTo(Shape.of(1, 2));
    assertThatThrownBy(() -> Tensor.cat(List.of(), 0)).hasMessageContaining("nothing to join");
    assertThatThrownBy(() -> Tensor.cat(List.of(grid(2, 2), grid(3, 3)), 0))
        .isInstanceOf(ShapeException.class)
        .hasMessage("cat[dim=0]: (2, 2) and (3, 3): sizes outside dimension 0 differ");
    assertThatThrownBy(() -> Tensor.cat(List.of(Tensor.scalar(1)), 0))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Tensor.stack(List.of(grid(2, 2), grid(3, 2)), 0))
        .hasMessage("stack: (2, 2) and (3, 2): shapes differ");
  }

  // ------------------------------------------------------------------------------ arithmetic

  @Test
  void matmulHasPyTorchsShapes() {
    assertThat(Tensor.ones(3).matmul(Tensor.ones(3)).shape()).isEqualTo(Shape.SCALAR);
    assertThat(Tensor.ones(2, 3).matmul(Tensor.ones(3)).shape()).isEqualTo(Shape.of(2));
    assertThat(Tensor.ones(3).matmul(Tensor.ones(3, 4)).shape()).isEqualTo(Shape.of(4));
    assertThat(Tensor.ones(5, 1, 2, 3).matmul(Tensor.ones(4, 3, 6)).shape())
        .isEqualTo(Shape.of(5, 4, 2, 6));
    assertThat(Tensor.ones(5, 2, 3).matmul(Tensor.ones(3)).shape()).isEqualTo(Shape.of(5, 2));
    assertThat(Tensor.ones(3).matmul(Tensor.ones(5, 3, 4)).shape()).isEqualTo(Shape.of(5, 4));
    assertThat(Tensor.ones(2, 0).matmul(Tensor.ones(0, 3)).toDoubleArray())
        .hasSize(6)
        .containsOnly(0);
    assertThatThrownBy(() -> Tensor.ones(8, 16).matmul(Tensor.ones(32, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("matmul: (8, 16) @ (32, 4): inner sizes 16 and 32 differ");
    assertThatThrownBy(() -> Tensor.ones(2, 3).matmul(Tensor.scalar(2)))
        .hasMessageContaining("use mul");
  }

  @Test
  void integersStayExactAndWrap() {
    Tensor big = Tensor.of((1L << 53) + 1);
    assertThat(big.add(1).mul(1).sub(1).itemLong()).isEqualTo((1L << 53) + 1);
    assertThat(big.eq((1L << 53)).itemLong()).isZero();
    assertThat(Tensor.of(Long.MAX_VALUE).add(1).itemLong()).isEqualTo(Long.MIN_VALUE);
    assertThat(Tensor.of(200L).to(DType.UINT8).add(100).itemLong()).isEqualTo(44);
    assertThat(Tensor.of(Long.MAX_VALUE, Long.MAX_VALUE).sum().itemLong()).isEqualTo(-2);
    assertThat(big.expand(2).sum().itemLong()).isEqualTo((1L << 54) + 2);
    assertThat(big.max().itemLong()).isEqualTo((1L << 53) + 1);
    assertThat(big.reshape(1, 1).matmul(Tensor.of(3L).reshape(1, 1)).itemLong())
        .isEqualTo(3 * ((1L << 53) + 1));
  }

  @Test
  void comparisonsWithNumbersOutsideTheDtypeAreExact() {
    Tensor bytes = Tensor.of(1L, 44L, 255L).to(DType.UINT8);
    assertThat(bytes.lt(300).all().itemLong()).isEqualTo(1);
    assertThat(bytes.eq(300).any().itemLong()).isZero();
    assertThat(Tensor.of(true).eq(2).itemLong()).isZero();
  }

  @Test
  void divisionRoundsAsItsNameSays() {
    Tensor x = Tensor.of(7L, -7L);
    assertThat(x.div(2).toDoubleArray()).containsExactly(3.5, -3.5);
    assertThat(x.floorDivide(2).toLongArray()).containsExactly(3, -4);
    assertThat(x.remainder(4).toLongArray()).containsExactly(3, 1);
    assertThat(x.fmod(4).toLongArray()).containsExactly(3, -3);
    assertThat(Tensor.of(7.0, -7.0).floorDivide(Double.POSITIVE_INFINITY).toDoubleArray())
        .containsExactly(0, -1);
    assertThatThrownBy(() -> x.remainder(0)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void clampOfIntegersStaysIntegerWhereItsBoundsAreWhole() {
    Tensor x = Tensor.of(-9L, 0L, 9L).to(DType.INT8);
    assertThat(x.clamp(-3, 1000).toLongArray()).containsExactly(-3, 0, 9);
    assertThat(x.clamp(-3, 1000).dtype()).isEqualTo(DType.INT8);
    assertThat(x.clamp(200, 300).toLongArray()).containsOnly(127);
    assertThat(x.clamp(-0.5, 0.5).toDoubleArray()).containsExactly(-0.5, 0, 0.5);
    assertThat(x.clamp(Double.NEGATIVE_INFINITY, 1).toLongArray()).containsExactly(-9, 0, 1);
  }

  @Test
  void reductionsTakeDimsFromEitherEnd() {
    Tensor x = grid(2, 3);
    assertThat(x.sum(-1).toLongArray()).containsExactly(3, 12);
    assertThat(x.sum(new int[] {-2, 1}, true).shape()).isEqualTo(Shape.of(1, 1));
    assertThat(x.sum(new int[0], false).itemLong()).isEqualTo(15);
    assertThat(x.max(0, false).indices().toLongArray()).containsOnly(1);
    assertThat(x.argmin().itemLong()).isZero();
    assertThat(x.to(DType.FLOAT32).norm().item()).isEqualTo((float) Math.sqrt(55));
    assertThatThrownBy(() -> x.sum(new int[] {0, -2}, false))
        .hasMessage("sum: (2, 3): dimension -2 is named twice");
    assertThatThrownBy(() -> x.sum(2))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("dimension 2 is out of range, allowed are -2 to 1");
    assertThatThrownBy(() -> x.mean()).isInstanceOf(DTypeException.class);
  }

  @Test
  void nanWinsAndTheFirstOfEqualsIsFound() {
    Tensor x = Tensor.of(1.0, Double.NaN, 3, Double.NaN);
    assertThat(x.max().item()).isNaN();
    assertThat(x.argmax().itemLong()).isEqualTo(1);
    assertThat(x.argmin().itemLong()).isEqualTo(1);
    assertThat(Tensor.of(2L, 5L, 5L).argmax().itemLong()).isEqualTo(1);
    assertThat(x.maximum(Tensor.of(9.0)).toDoubleArray()[1]).isNaN();
    assertThat(x.relu().toDoubleArray()[1]).isNaN();
    assertThat(x.clamp(0, 1).toDoubleArray()[1]).isNaN();
  }

  @Test
  void emptySlices() {
    Tensor x = Tensor.zeros(0, 3);
    assertThat(x.sum().item()).isZero();
    assertThat(x.mean().item()).isNaN();
    assertThat(x.sum(0).toDoubleArray()).containsExactly(0, 0, 0);
    assertThat(x.all().itemLong()).isEqualTo(1);
    assertThat(x.any().itemLong()).isZero();
    assertThat(x.softmax(1).shape()).isEqualTo(Shape.of(0, 3));
    assertThatThrownBy(() -> x.max()).hasMessageContaining("an empty slice has no extreme");
    assertThatThrownBy(() -> x.argmax(0)).hasMessageContaining("an empty slice has no extreme");
  }

  @Test
  void scattersLetTheLaterElementWin() {
    Tensor x = Tensor.zeros(3);
    Tensor index = Tensor.of(1L, 1L);
    assertThat(x.scatter(0, index, Tensor.of(5f, 7f)).toDoubleArray()).containsExactly(0, 7, 0);
    assertThat(x.scatter(0, index, 2.5).toDoubleArray()).containsExactly(0, 2.5, 0);
    assertThat(x.scatterAdd(0, index, Tensor.of(5f, 7f)).toDoubleArray()).containsExactly(0, 12, 0);
    assertThat(x.indexAdd(0, index, Tensor.of(5f, 7f)).toDoubleArray()).containsExactly(0, 12, 0);
    assertThatThrownBy(() -> x.indexAdd(0, index, Tensor.of(5.0, 7.0)))
        .isInstanceOf(DTypeException.class);
    assertThat(x.toDoubleArray()).containsOnly(0);
  }

  @Test
  void whereBroadcastsAndPromotes() {
    Tensor y = Tensor.of(true, false).where(Tensor.of(1L).reshape(1, 1), Tensor.of(0.5f));
    assertThat(y.shape()).isEqualTo(Shape.of(1, 2));
    assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(y.toDoubleArray()).containsExactly(1, 0.5);
    assertThatThrownBy(() -> Tensor.of(1L).where(y, y)).hasMessageContaining("must be bool");
  }
}
