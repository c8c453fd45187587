package dev.weft.engine.op;

import dev.weft.engine.Linalg;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * The determinant as its logarithm, log |det A|, which is real, and its sign det A / |det A|; a
 * singular matrix has −∞ and 0.
 *
 * <p>Shape: (*, n, n) → sign (*), logabsdet (*). The sign of a real determinant has no gradient.
 */
public record Slogdet() implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireSquare(this, inputs.getFirst());
    TensorSpec batch = a.withShape(a.shape().slice(0, a.rank() - 2));
    return List.of(batch, batch.withDtype(a.dtype().toReal()));
  }

  /** ∂L/∂A = (gₗ − i Im(conj(gₛ) sign)) A⁻ᴴ. */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(1, 1),
        pull -> {
          Tensor g = pull.grad(1);
          if (pull.input(0).isComplex()) {
            g = Tensor.complex(g, pull.grad(0).conj().mul(pull.output(0)).imag().neg());
          }
          pull.give(0, Linalg.inv(pull.input(0)).mH().mul(g.unsqueeze(-1).unsqueeze(-1)));
        });
  }

  public static List<Sample> samples() {
    return MatrixOp.squareSamples(new Slogdet(), 2);
  }

  public static List<ErrorSample> errors() {
    return MatrixOp.squareErrors(new Slogdet());
  }

  @Override
  public String toString() {
    return "linalg.slogdet";
  }
}
