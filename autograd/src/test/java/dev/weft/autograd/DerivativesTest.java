package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class DerivativesTest {

  private static final double TINY = 1e-12;

  /** (x₀ x₁, x₀², sin x₁): rows (x₁, x₀), (2x₀, 0), (0, cos x₁) of the Jacobian. */
  private static Tensor three(Tensor x) {
    Tensor a = x.get(0);
    Tensor b = x.get(1);
    return Tensor.stack(List.of(a.mul(b), a.square(), b.sin()), 0);
  }

  private static void assertClose(Tensor got, double... expected) {
    assertThat(got.toDoubleArray()).containsExactly(expected, within(TINY));
  }

  @Test
  void theJacobianHasARowForEachElementOfTheValue() {
    Tensor jacobian = Autograd.jacobian(DerivativesTest::three, Tensor.of(2.0, 0.5));
    assertThat(jacobian.shape()).isEqualTo(Shape.of(3, 2));
    assertClose(jacobian, 0.5, 2, 4, 0, 0, Math.cos(0.5));
    assertThat(jacobian.requiresGrad()).isFalse();
  }

  @Test
  void productsWithTheJacobianAgreeWithIt() {
    Tensor x = Tensor.of(2.0, 0.5);
    var pulled = Autograd.vjp(DerivativesTest::three, x, Tensor.of(1.0, 10, 100));
    assertClose(pulled.value(), 1, 4, Math.sin(0.5));
    assertClose(pulled.gradient(), 40.5, 2 + 100 * Math.cos(0.5));
    var pushed = Autograd.jvp(DerivativesTest::three, x, Tensor.of(3.0, -1));
    assertClose(pushed.value(), 1, 4, Math.sin(0.5));
    assertClose(pushed.tangent(), 1.5 - 2, 12, -Math.cos(0.5));
  }

  /** Σ x³ + x₀ x₁: second derivatives 6x on the diagonal and 1 beside it. */
  @Test
  void theHessianOfACubic() {
    Tensor x = Tensor.of(2.0, 3);
    java.util.function.UnaryOperator<Tensor> cubic =
        t -> t.mul(t).mul(t).sum().add(t.get(0).mul(t.get(1)));
    assertClose(Autograd.hessian(cubic, x), 12, 1, 1, 18);
    assertClose(Autograd.hvp(cubic, x, Tensor.of(1.0, -1)), 11, -17);
  }

  /** ‖A b‖²/2: Jacobians with respect to both, and mixed second derivatives. */
  @Test
  void severalInputsHaveDerivativesOfTheirOwnShapes() {
    Tensor a = Tensor.of(1.0, 2, 3, 4).reshape(2, 2);
    Tensor b = Tensor.of(5.0, 6);
    var products = Autograd.jacobian(in -> in.get(0).matmul(in.get(1)), List.of(a, b));
    assertThat(products.get(0).shape()).isEqualTo(Shape.of(2, 2, 2));
    assertClose(products.get(0), 5, 6, 0, 0, 0, 0, 5, 6);
    assertClose(products.get(1), 1, 2, 3, 4);
    var second =
        Autograd.hessian(in -> in.get(0).matmul(in.get(1)).square().sum().div(2.0), List.of(a, b));
    assertClose(second.get(1).get(1), 10, 14, 14, 20); // AᵀA
    assertThat(second.get(0).get(1).shape()).isEqualTo(Shape.of(2, 2, 2));
    // ∂²/∂A_ij ∂b_k = b_j A_ik + (A b)_i [j = k], with A b = (17, 39)
    assertClose(second.get(0).get(1), 5 + 17, 10, 6, 12 + 17, 15 + 39, 20, 18, 24 + 39);
    var pushed =
        Autograd.jvp(
            in -> in.get(0).matmul(in.get(1)), List.of(a, b), List.of(a, Tensor.of(1.0, 0)));
    assertClose(pushed.tangent(), 17 + 1, 39 + 3);
  }

  @Test
  void anInputThatDoesNotMatterHasZeros() {
    Tensor x = Tensor.of(1.0, 2);
    assertClose(Autograd.jacobian(in -> in.get(0).square(), List.of(x, x)).get(1), 0, 0, 0, 0);
    assertClose(Autograd.jvp(_ -> Tensor.of(7.0), x, Tensor.of(1.0, 1)).tangent(), 0);
    assertClose(Autograd.hessian(t -> t.sum(), x), 0, 0, 0, 0);
  }

  @Test
  void resultsOfTrackedInputsCanBeDifferentiated() {
    Tensor x = Tensor.of(2.0, 3).requiresGrad(true);
    Tensor trace = Autograd.jacobian(t -> t.mul(t).mul(t), x).sum(); // Σ 3x²
    assertClose(Autograd.grad(trace, x), 12, 18);
    Tensor tangent = Autograd.jvp(t -> t.exp(), x, Tensor.of(1.0, 0)).tangent().sum();
    assertClose(Autograd.grad(tangent, x), Math.exp(2), 0);
    Tensor hessian = Autograd.hessian(t -> t.mul(t).mul(t).sum(), x).sum(); // Σ 6x
    assertClose(Autograd.grad(hessian, x), 6, 6);
    Tensor pulled = Autograd.vjp(t -> t.square(), x, Tensor.of(1.0, 1)).gradient().sum();
    assertClose(Autograd.grad(pulled, x), 2, 2);
    assertThat(x.grad()).isEmpty();
  }

  @Test
  void anEmptyValueHasAnEmptyJacobian() {
    Tensor jacobian = Autograd.jacobian(t -> t.narrow(0, 0, 0), Tensor.of(1.0, 2));
    assertThat(jacobian.shape()).isEqualTo(Shape.of(0, 2));
  }

  @Test
  void wrongShapesAreNamed() {
    Tensor x = Tensor.of(1.0, 2);
    assertThatThrownBy(() -> Autograd.vjp(t -> t.square(), x, Tensor.of(1.0)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("vjp: v (1)");
    assertThatThrownBy(() -> Autograd.jvp(t -> t.square(), x, Tensor.of(1.0)))
        .hasMessageContaining("jvp: tangent 0 (1)");
    assertThatThrownBy(() -> Autograd.hessian(t -> t.square(), x))
        .hasMessageContaining("hessian")
        .hasMessageContaining("must return one number");
  }
}
