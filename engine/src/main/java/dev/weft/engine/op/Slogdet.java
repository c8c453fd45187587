package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Linalg;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * The determinant as its logarithm, log |det A|, and its sign; a singular matrix has −∞ and 0.
 *
 * <p>Shape: (*, n, n) → sign (*), logabsdet (*). The sign has no gradient.
 */
public record Slogdet() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = Cholesky.requireSquare(this, inputs.getFirst());
    TensorSpec batch = a.withShape(a.shape().slice(0, a.rank() - 2));
    return List.of(batch, batch);
  }

  /** ∂L/∂A = g A⁻ᵀ. */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(1, 0),
        pull ->
            pull.give(
                0, Linalg.inv(pull.input(0)).mT().mul(pull.grad(1).unsqueeze(-1).unsqueeze(-1))));
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
    return Cholesky.squareSamples(new Slogdet(), 2);
  }

  public static List<ErrorSample> errors() {
    return Cholesky.squareErrors(new Slogdet());
  }

  @Override
  public String toString() {
    return "linalg.slogdet";
  }
}
