package dev.weft.engine.op;

import dev.weft.engine.Linalg;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * The lower triangle L, with a positive diagonal, for which L Lᴴ is the Hermitian part (A + Aᴴ)/2:
 * of real matrices, L Lᵀ = (A + Aᵀ)/2.
 *
 * <p>Shape: (*, n, n) → (*, n, n). Not positive definite throws {@link ArithmeticException}.
 */
public record Cholesky() implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(MatrixOp.requireSquare(this, inputs.getFirst()));
  }

  /**
   * ∂L/∂A = L⁻ᴴ Φ(Lᴴ g) L⁻¹, made Hermitian; Φ takes the lower triangle and half of the diagonal.
   * Source: Murray, "Differentiation of the Cholesky decomposition", 2016.
   */
  @Override
  public Gradient gradient() {
    return Gradient.fromOutput(
        (g, l) -> {
          Tensor product = l.mH().matmul(g.tril()).tril();
          Tensor phi = product.sub(product.diagonal(0, -2, -1).diagEmbed().mul(0.5));
          Tensor left = Linalg.solveTriangular(l.mH(), phi, true);
          Tensor a = Linalg.solveTriangular(l, left, false, false, false);
          return a.add(a.mH()).mul(0.5);
        });
  }

  public static List<Sample> samples() {
    return MatrixOp.squareSamples(new Cholesky(), 8);
  }

  public static List<ErrorSample> errors() {
    return MatrixOp.squareErrors(new Cholesky());
  }

  @Override
  public String toString() {
    return "linalg.cholesky";
  }
}
