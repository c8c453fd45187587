package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VmapTest {

  private static Tensor matrix() {
    return Tensor.of(1.0, 2, 3, 4, 5, 6).reshape(3, 2);
  }

  @Test
  void examplesAreRowsAndResultsAreStacked() {
    Tensor dots = Autograd.vmap(in -> in.get(0).dot(in.get(1)), List.of(matrix(), matrix()));
    assertThat(dots.toDoubleArray()).containsExactly(5, 25, 61);
    assertThat(Autograd.vmap(row -> row.square(), matrix()).toDoubleArray())
        .containsExactly(1, 4, 9, 16, 25, 36);
  }

  @Test
  void otherDimensionsAndWholeInputs() {
    Tensor v = Tensor.of(10.0, 100, 1000);
    Tensor got =
        Autograd.vmap(
            in -> in.get(0).mul(in.get(1)),
            List.of(matrix(), v),
            List.of(Optional.of(-1), Optional.empty()),
            1);
    assertThat(got.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(got.toDoubleArray()).containsExactly(10, 20, 300, 400, 5000, 6000);
  }

  @Test
  void recordsAreStackedFieldByField() {
    record Moments(Tensor mean, Tensor product) {}
    Moments moments =
        Autograd.vmap(in -> new Moments(in.get(0).mean(), in.get(0).prod()), List.of(matrix()));
    assertThat(moments.mean().toDoubleArray()).containsExactly(1.5, 3.5, 5.5);
    assertThat(moments.product().toDoubleArray()).containsExactly(2, 12, 30);
  }

  /** ∂(w·x − y)²/∂w = 2 (w·x − y) x for each sample. */
  @Test
  void gradientsOfEachSample() {
    Tensor w = Tensor.of(1.0, -1).requiresGrad(true);
    Tensor y = Tensor.of(0.0, 1, 2);
    Tensor got =
        Autograd.vmap(
            in -> Autograd.grad(w.dot(in.get(0)).sub(in.get(1)).square(), w), List.of(matrix(), y));
    assertThat(got.toDoubleArray()).containsExactly(-2, -4, -12, -16, -30, -36);
  }

  /** The Jacobian's rows are pulled back unit vectors. */
  @Test
  void mapsOverProductsWithTheJacobian() {
    Tensor x = Tensor.of(0.5, 2);
    Tensor rows =
        Autograd.vmap(
            unit -> Autograd.vjp(t -> t.exp(), x, unit).gradient(),
            Tensor.eye(2).to(DType.FLOAT64));
    assertThat(rows.toDoubleArray())
        .containsExactly(new double[] {Math.exp(0.5), 0, 0, Math.exp(2)}, within(1e-14));
  }

  @Test
  void isDifferentiable() {
    double error =
        Gradcheck.worstError(
            in -> Autograd.vmap(e -> e.get(0).sin().mul(e.get(1)).sum(), in),
            List.of(matrix(), matrix().add(1)));
    assertThat(error).isLessThan(1e-8);
    assertThat(
            Gradcheck.worstSecondError(
                in -> Autograd.vmap(row -> row.prod().exp(), in.getFirst().div(5)),
                List.of(matrix())))
        .isLessThan(1e-5);
  }

  @Test
  void whatDoesNotComposeIsNamed() {
    assertThatThrownBy(() -> Autograd.vmap(in -> in.get(0), List.of(matrix(), Tensor.ones(2))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("vmap: input 1 (2) has 2 examples")
        .hasMessageContaining("before it 3");
    assertThatThrownBy(() -> Autograd.vmap(x -> x, Tensor.zeros(0, 2)))
        .hasMessageContaining("vmap: no examples");
    assertThatThrownBy(() -> Autograd.vmap(x -> x, Tensor.zeros(Shape.SCALAR, DType.FLOAT32)))
        .hasMessageContaining("vmap: input 0 is a scalar");
    int[] calls = {0};
    assertThatThrownBy(() -> Autograd.vmap(x -> x.narrow(0, 0, 1 + calls[0]++ % 2), matrix()))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("for example 1")
        .hasMessageContaining("must be alike");
    assertThatThrownBy(
            () ->
                Autograd.vmap(in -> in.getFirst(), List.of(matrix()), List.of(Optional.empty()), 0))
        .hasMessageContaining("none of the 1 inputs");
  }
}
