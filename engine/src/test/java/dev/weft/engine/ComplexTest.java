package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Complex tensors beyond what the contract of the op family states. */
class ComplexTest {

  private static Tensor row(double... parts) {
    return Tensor.of(parts).to(DType.FLOAT32).reshape(-1, 2).viewAsComplex();
  }

  private static Complex c(double re, double im) {
    return new Complex(re, im);
  }

  @Test
  void thePartsAreViews() {
    Tensor z = row(1, 2, 3, 4);
    z.real().mulInPlace(10);
    z.viewAsReal().select(0, 1).fillInPlace(7);
    assertThat(z.toComplexArray()).containsExactly(c(10, 2), c(7, 7));
    assertThat(z.imag().toDoubleArray()).containsExactly(2, 7);
    assertThat(z.viewAsReal().storage()).isSameAs(z.storage());
    Tensor wide = Tensor.of(c(1, 2), c(3, 4), c(5, 6), c(7, 8)).reshape(2, 2);
    assertThat(wide.t().real().toDoubleArray()).containsExactly(1, 5, 3, 7);
    assertThat(wide.t().contiguous().toComplexArray())
        .containsExactly(c(1, 2), c(5, 6), c(3, 4), c(7, 8));
  }

  @Test
  void pairsThatLieApartAreNoViewOfComplexNumbers() {
    Tensor x = Tensor.arange(8).to(DType.FLOAT32);
    assertThat(x.reshape(4, 2).viewAsComplex().getComplex(-1)).isEqualTo(c(6, 7));
    assertThatThrownBy(() -> x.reshape(2, 4).t().viewAsComplex())
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("view_as_complex")
        .hasMessageContaining("x.contiguous()");
    assertThatThrownBy(() -> x.narrow(0, 1, 2).viewAsComplex())
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("do not lie in pairs");
    assertThatThrownBy(x::viewAsComplex).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> x.imag())
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("imag");
    assertThat(x.real()).isSameAs(x);
  }

  @Test
  void factoriesPromoteAndKeepParts() {
    Tensor z = Tensor.complex(Tensor.of(1f, 2f), Tensor.of(3f).select(0, 0));
    assertThat(z.dtype()).isEqualTo(DType.COMPLEX64);
    assertThat(z.toComplexArray()).containsExactly(c(1, 3), c(2, 3));
    Tensor turned = Tensor.polar(Tensor.of(2.0), Tensor.of(Math.PI / 2));
    assertThat(turned.dtype()).isEqualTo(DType.COMPLEX128);
    assertThat(turned.sub(c(0, 2)).abs().item()).isLessThan(1e-15);
    assertThat(Tensor.ones(Shape.of(2), DType.COMPLEX64).toComplexArray())
        .containsExactly(c(1, 0), c(1, 0));
    assertThat(Tensor.scalar(c(1, -1)).itemComplex()).isEqualTo(c(1, -1));
    assertThat(Tensor.of(1.0, 2.0).add(z).dtype()).isEqualTo(DType.COMPLEX128);
    assertThat(Tensor.of(1f, 2f).mul(Complex.I).toComplexArray()).containsExactly(c(0, 1), c(0, 2));
    assertThat(Tensor.of(1L, 2L).add(c(0.5, 1)).dtype()).isEqualTo(DType.COMPLEX64);
    assertThatThrownBy(() -> Tensor.complex(Tensor.of(1f), Tensor.of(1.0)))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("dtypes differ");
  }

  @Test
  void normalNumbersHaveVarianceOneOverBothParts() {
    var spec = TensorSpec.of(Shape.of(20_000), DType.COMPLEX64);
    Tensor z =
        Tensor.random(
            dev.weft.engine.op.RandomOp.Distribution.NORMAL, 0, 1, spec, new Generator(1));
    assertThat(z.real().square().mean().item()).isBetween(0.48, 0.52);
    assertThat(z.imag().square().mean().item()).isBetween(0.48, 0.52);
    assertThat(Math.abs(z.real().mul(z.imag()).mean().item())).isLessThan(0.02);
    assertThat(z.var().item()).isBetween(0.97, 1.03);
  }

  @Test
  void changesInPlaceKeepTheMemory() {
    Tensor z = row(1, 2, 3, 4);
    Tensor view = z.select(0, 0);
    z.mulInPlace(z).addInPlace(1).divInPlace(2);
    assertThat(z.toComplexArray()).containsExactly(c(-1, 2), c(-3, 12));
    assertThat(view.itemComplex()).isEqualTo(c(-1, 2));
    z.negInPlace();
    z.copyFrom(Tensor.of(5f, 6f));
    assertThat(z.toComplexArray()).containsExactly(c(5, 0), c(6, 0));
    assertThatThrownBy(() -> Tensor.of(1f, 2f).addInPlace(z))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("complex64 does not fit into float32");
    assertThatThrownBy(() -> Tensor.of(1f, 2f).copyFrom(z))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("x.real()");
    assertThatThrownBy(z::absInPlace).isInstanceOf(ShapeException.class);
  }

  @Test
  void equalityAndTruthLookAtBothParts() {
    Tensor z = row(1, 2, 0, 0, 0, 1);
    assertThat(z.eq(row(1, 2, 0, 1, 0, 1)).toLongArray()).containsExactly(1, 0, 1);
    assertThat(z.ne(0).toLongArray()).containsExactly(1, 0, 1);
    assertThat(z.to(DType.BOOL).toLongArray()).containsExactly(1, 0, 1);
    assertThat(z.logicalNot().toLongArray()).containsExactly(0, 1, 0);
    assertThat(z.any().getBoolean()).isTrue();
    assertThat(z.all().getBoolean()).isFalse();
    assertThat(z.isreal().toLongArray()).containsExactly(0, 1, 0);
    assertThat(z.equal(z.copy())).isTrue();
    assertThat(z.allclose(z.add(1e-9))).isTrue();
    assertThat(z.allclose(z.add(c(0, 1e-2)))).isFalse();
    assertThat(row(Double.NaN, 0, 0, Double.POSITIVE_INFINITY).isnan().toLongArray())
        .containsExactly(1, 0);
    assertThat(row(Double.NaN, 0, 0, Double.POSITIVE_INFINITY).isfinite().toLongArray())
        .containsExactly(0, 0);
    assertThat(z.getBoolean(2)).isTrue();
  }

  @Test
  void indexingJoiningAndSumsMoveWholeNumbers() {
    Tensor z = Tensor.of(c(1, 2), c(3, 4), c(5, 6)).reshape(3, 1).expand(3, 2);
    assertThat(Tensor.cat(List.of(z, z.neg()), 0).sum().itemComplex()).isEqualTo(c(0, 0));
    assertThat(z.indexSelect(0, Tensor.of(2L, 0L)).select(1, 1).toComplexArray())
        .containsExactly(c(5, 6), c(1, 2));
    Tensor index = Tensor.of(0L, 0L, 2L).reshape(3, 1);
    assertThat(z.gather(0, index).reshape(-1).toComplexArray())
        .containsExactly(c(1, 2), c(1, 2), c(5, 6));
    assertThat(z.maskedSelect(z.real().gt(2)).toComplexArray())
        .containsExactly(c(3, 4), c(3, 4), c(5, 6), c(5, 6));
    assertThat(z.select(1, 0).prod().itemComplex()).isEqualTo(c(-85, 20));
    assertThat(z.select(1, 0).cumprod(0).toComplexArray())
        .containsExactly(c(1, 2), c(-5, 10), c(-85, 20));
    assertThat(z.select(1, 0).flip(0).roll(1, 0).toComplexArray())
        .containsExactly(c(1, 2), c(5, 6), c(3, 4));
    assertThat(z.select(1, 0).dot(z.select(1, 0)).itemComplex()).isEqualTo(c(-21, 88));
    assertThat(z.select(1, 0).vdot(z.select(1, 0)).itemComplex()).isEqualTo(c(91, 0));
    assertThat(z.norm().item()).isEqualTo(Math.sqrt(182));
  }

  @Test
  void wholePowersAreExact() {
    Tensor z = row(1, 1);
    assertThat(z.pow(8).sub(16).abs().item()).isZero();
    assertThat(z.pow(0).itemComplex()).isEqualTo(c(1, 0));
    assertThat(z.pow(-2).sub(c(0, -0.5)).abs().item()).isZero();
    assertThat(row(-4, 0).pow(0.5).itemComplex()).isEqualTo(c(0, 2));
    assertThat(row(0, 0).pow(2.5).itemComplex()).isEqualTo(c(0, 0));
  }

  /** What needs an order, or whole numbers, has no meaning here. */
  static Stream<UnaryOperator<Tensor>> refused() {
    return Stream.of(
        z -> z.lt(z),
        z -> z.maximum(z),
        z -> z.max(),
        z -> z.amin(new int[] {0}, false),
        z -> z.argmax(),
        z -> z.sort(0, false).values(),
        z -> z.relu(),
        z -> z.clamp(0, 1),
        z -> z.floor(),
        z -> z.sign(),
        z -> z.erf(),
        z -> z.softmax(0),
        z -> z.nansum(),
        z -> z.remainder(z),
        z -> z.isposinf(),
        z -> z.median(),
        z -> z.unique().values(),
        z -> z.to(DType.FLOAT32),
        z -> z.bitwiseNot(),
        z -> z.signbit());
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatComplexNumbersLackIsRefused(UnaryOperator<Tensor> f) {
    assertThatThrownBy(() -> f.apply(row(1, 2, 3, 4)))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("complex64");
  }

  @Test
  void elementsAreNoSingleNumbers() {
    Tensor z = row(1, 2);
    assertThatThrownBy(z::item)
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("x.itemComplex()");
    assertThatThrownBy(z::toDoubleArray)
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("x.viewAsReal()");
    assertThat(Tensor.of(1f).itemComplex()).isEqualTo(c(1, 0));
  }

  /** The texts are those of PyTorch 2.13. */
  @Test
  void printsAsPyTorchDoes() {
    assertThat(row(1, 2)).hasToString("tensor([1.+2.j])");
    assertThat(row(1, 2, 100.5, -0.25)).hasToString("tensor([  1.0000+2.0000j, 100.5000-0.2500j])");
    assertThat(Tensor.of(c(1, 2), c(0, 3)))
        .hasToString("tensor([1.+2.j, 0.+3.j], dtype=complex128)");
    assertThat(row(1e-5, 1, 1e6, 2).reshape(1, 2))
        .hasToString("tensor([[1.0000e-05+1.j, 1.0000e+06+2.j]])");
    assertThat(row(1, 2).select(0, 0)).hasToString("tensor(1.+2.j)");
    assertThat(row(Double.NaN, Double.POSITIVE_INFINITY, 1.5, -2))
        .hasToString("tensor([   nan+infj, 1.5000-2.j])");
    assertThat(row()).hasToString("tensor([], dtype=complex64)");
    assertThat(Tensor.zeros(Shape.of(2, 2), DType.COMPLEX64))
        .hasToString("tensor([[0.+0.j, 0.+0.j],\n        [0.+0.j, 0.+0.j]])");
    assertThat(row(0.5, 100, -3e10, -2))
        .hasToString("tensor([ 5.0000e-01+100.j, -3.0000e+10-2.j])");
  }

  @Test
  void everythingOnTheWayIsReleased() {
    Tensor z = row(1, 2, 3, 4);
    Tensor.collectGarbage();
    long live = Tensor.liveBytes();
    Tensor y = z.exp().mul(z).add(1);
    y.release();
    try (var _ = TensorScope.open()) {
      z.exp().mul(z).add(1).abs().sum();
      long inside = Tensor.liveBytes();
      z.add(z).release();
      assertThat(Tensor.liveBytes()).isEqualTo(inside);
    }
    assertThat(Tensor.liveBytes()).isLessThanOrEqualTo(live + 4096);
  }
}
