package dev.weft.engine.op;

import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Eigenvalues, ascending, and orthonormal eigenvectors of the Hermitian part (A + Aᴴ)/2. The entry
 * of largest magnitude in each vector is real and positive. λ is real. NaN and infinity throw
 * {@link ArithmeticException}.
 *
 * <p>Shape: (*, n, n) → λ (*, n), V (*, n, n) with a vector per column. Gradients of V need
 * eigenvalues that differ.
 */
public record Eigh() implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireSquare(this, inputs.getFirst());
    return List.of(a.withShape(a.shape().without(-1)).withDtype(a.dtype().toReal()), a);
  }

  /** With Eᵢⱼ = λⱼ − λᵢ: ∂L/∂A = V (diag(gλ) + (Vᴴ gV)/E) Vᴴ, made Hermitian. */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0, 0b11),
        pull -> {
          Tensor v = pull.output(1);
          Tensor inner = pull.grad(0).diagEmbed().to(v.dtype());
          if (pull.hasGrad(1)) {
            Tensor gv = pull.grad(1);
            Tensor turns = v.mH().matmul(gv).diagonal(0, -2, -1);
            turns = v.mH().matmul(MatrixOp.unturned(gv, v, turns));
            inner = inner.add(turns.mul(Svd.inverseGaps(pull.output(0))));
          }
          Tensor g = v.matmul(inner).matmul(v.mH());
          pull.give(0, g.add(g.mH()).mul(0.5));
        });
  }

  public static List<Sample> samples() {
    return MatrixOp.squareSamples(new Eigh(), 0);
  }

  public static List<ErrorSample> errors() {
    return MatrixOp.squareErrors(new Eigh());
  }

  @Override
  public String toString() {
    return "linalg.eigh";
  }
}
