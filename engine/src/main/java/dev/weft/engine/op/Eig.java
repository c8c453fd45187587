package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Eigenvalues, ascending, and eigenvectors of length 1 of a matrix whose eigenvalues are real; the
 * entry of largest magnitude in each vector is positive. Complex eigenvalues throw {@link
 * ArithmeticException}, as do NaN and infinity.
 *
 * <p>Shape: (*, n, n) → λ (*, n), V (*, n, n) with a vector per column. Gradients need eigenvalues
 * that differ.
 */
public record Eig() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = Cholesky.requireSquare(this, inputs.getFirst());
    return List.of(a.withShape(a.shape().without(-1)), a);
  }

  /**
   * With Eᵢⱼ = λⱼ − λᵢ: ∂L/∂A = V⁻ᵀ (diag(gλ) + (Vᵀ gV − Vᵀ V diag(Vᵀ gV))/E) Vᵀ; what is taken off
   * keeps the length of the vectors.
   */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0, 0b11),
        pull -> {
          Tensor v = pull.output(1);
          Tensor inner = pull.grad(0).diagEmbed();
          if (pull.hasGrad(1)) {
            Tensor turns = v.mT().matmul(pull.grad(1));
            Tensor lengths = v.mT().matmul(v).mul(turns.diagonal(0, -2, -1).unsqueeze(-2));
            inner = inner.add(turns.sub(lengths).mul(Svd.inverseGaps(pull.output(0))));
          }
          pull.give(0, Dispatch.run(new Solve(), v.mT(), inner.matmul(v.mT())));
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

  /**
   * Positive matrices of two rows, and small ones beside a large diagonal, have real eigenvalues.
   */
  public static List<Sample> samples() {
    var op = new Eig();
    return List.of(
        Sample.of(op, shape(1, 1)),
        Sample.of(op, shape(2, 2)).within(0.5, 2),
        Sample.of(op, shape(3, 2, 2)).within(0.5, 2),
        Sample.of(op, shape(2, 1, 2, 2)).within(-2, -0.5),
        Sample.of(op, shape(0, 2, 2)).named("an empty batch"),
        Sample.of(op, shape(2, 1, 1)),
        Sample.of(op, shape(2, 2, 2)).within(1, 3),
        Sample.of(op, shape(2, 0, 0)).named("matrices without elements"));
  }

  public static List<ErrorSample> errors() {
    return Cholesky.squareErrors(new Eig());
  }

  @Override
  public String toString() {
    return "linalg.eig";
  }
}
