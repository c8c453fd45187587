package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Eigenvalues, ascending, and orthonormal eigenvectors of the symmetric part (A + Aᵀ)/2. The entry
 * of largest magnitude in each vector is positive. NaN and infinity throw {@link
 * ArithmeticException}.
 *
 * <p>Shape: (*, n, n) → λ (*, n), V (*, n, n) with a vector per column. Gradients of V need
 * eigenvalues that differ.
 */
public record Eigh() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = Cholesky.requireSquare(this, inputs.getFirst());
    return List.of(a.withShape(a.shape().without(-1)), a);
  }

  /** With Eᵢⱼ = λⱼ − λᵢ: ∂L/∂A = V (diag(gλ) + (Vᵀ gV)/E) Vᵀ, made symmetric. */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0, 0b11),
        pull -> {
          Tensor v = pull.output(1);
          Tensor inner = pull.grad(0).diagEmbed();
          if (pull.hasGrad(1)) {
            Tensor turns = v.mT().matmul(pull.grad(1));
            inner = inner.add(turns.mul(Svd.inverseGaps(pull.output(0))));
          }
          Tensor g = v.matmul(inner).matmul(v.mT());
          pull.give(0, g.add(g.mT()).mul(0.5));
        });
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.FULL;
  }

  @Override
  public Autocast autocast() {
    return Autocast.FLOAT32;
  }

  public static List<Sample> samples() {
    return Cholesky.squareSamples(new Eigh(), 0);
  }

  public static List<ErrorSample> errors() {
    return Cholesky.squareErrors(new Eigh());
  }

  @Override
  public String toString() {
    return "linalg.eigh";
  }
}
