package dev.weft.engine.op;

import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Eigenvalues, ascending by their real and then by their imaginary parts, and eigenvectors of
 * length 1; the entry of largest magnitude in each vector is real and positive. NaN and infinity
 * throw {@link ArithmeticException}.
 *
 * <p>Shape: (*, n, n) → λ (*, n), V (*, n, n) with a vector per column, both complex. Gradients
 * need eigenvalues that differ.
 */
public record Eig() implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireSquare(this, inputs.getFirst());
    TensorSpec v = a.withDtype(a.dtype().toComplex());
    return List.of(v.withShape(a.shape().without(-1)), v);
  }

  /**
   * With Eᵢⱼ = conj(λⱼ − λᵢ): ∂L/∂A = V⁻ᴴ (diag(gλ) + (Vᴴ gV − Vᴴ V diag(Re Vᴴ gV))/E) Vᴴ; what is
   * taken off keeps the length of the vectors. Of a real A, the real part.
   */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0, 0b11),
        pull -> {
          Tensor v = pull.output(1);
          Tensor inner = pull.grad(0).diagEmbed();
          if (pull.hasGrad(1)) {
            Tensor gv = pull.grad(1);
            Tensor turns = v.mH().matmul(gv).diagonal(0, -2, -1);
            Tensor across = v.mH().matmul(MatrixOp.unturned(gv, v, turns));
            Tensor lengths = v.mH().matmul(v).mul(turns.real().unsqueeze(-2));
            inner = inner.add(across.sub(lengths).mul(Svd.inverseGaps(pull.output(0)).conj()));
          }
          Tensor g = Dispatch.run(new Solve(), v.mH(), inner.matmul(v.mH()));
          pull.give(0, pull.inputSpec(0).dtype().isComplex() ? g : g.real());
        });
  }

  public static List<Sample> samples() {
    return MatrixOp.squareSamples(new Eig(), 0);
  }

  public static List<ErrorSample> errors() {
    return MatrixOp.squareErrors(new Eig());
  }

  @Override
  public String toString() {
    return "linalg.eig";
  }
}
