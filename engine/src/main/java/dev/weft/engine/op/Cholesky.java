package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Linalg;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * The lower triangle L, with a positive diagonal, for which L Lᵀ is the symmetric part (A + Aᵀ)/2.
 *
 * <p>Shape: (*, n, n) → (*, n, n). Not positive definite throws {@link ArithmeticException}.
 */
public record Cholesky() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(requireSquare(this, inputs.getFirst()));
  }

  /** The spec of square matrices in float32 or float64, or an exception. */
  static TensorSpec requireSquare(Op op, TensorSpec a) {
    a.requireFull(op).requireRank(op, 2);
    if (a.shape().size(-1) != a.shape().size(-2)) {
      throw new ShapeException(op + ": " + a.shape() + ": must be square matrices");
    }
    return a;
  }

  /** The errors of any op of square matrices. */
  static List<ErrorSample> squareErrors(Op op) {
    return List.of(
        ErrorSample.of(
            op, ShapeException.class, "must be square", TensorSpec.of(shape(3, 4), DType.FLOAT32)),
        ErrorSample.of(
            op,
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            op,
            DTypeException.class,
            "needs float32 or float64",
            TensorSpec.of(shape(2, 2), DType.INT64)));
  }

  /** Square matrices of every kind of size, with {@code ridge} on the diagonal. */
  static List<Sample> squareSamples(Op op, double ridge) {
    return List.of(
        Sample.of(op, shape(1, 1)).ridge(0, ridge),
        Sample.of(op, shape(2, 2)).ridge(0, ridge),
        Sample.of(op, shape(3, 3)).ridge(0, ridge),
        Sample.of(op, shape(5, 5)).ridge(0, ridge + 2),
        Sample.of(op, shape(2, 3, 3)).ridge(0, ridge),
        Sample.of(op, shape(2, 1, 2, 2)).ridge(0, ridge),
        Sample.of(op, shape(0, 2, 2)).ridge(0, ridge).named("an empty batch"),
        Sample.of(op, shape(2, 0, 0)).named("matrices without elements"));
  }

  /**
   * ∂L/∂A = L⁻ᵀ Φ(Lᵀ g) L⁻¹, made symmetric; Φ takes the lower triangle and half of the diagonal.
   * Source: Murray, "Differentiation of the Cholesky decomposition", 2016.
   */
  @Override
  public Gradient gradient() {
    return Gradient.fromOutput(
        (g, l) -> {
          Tensor product = l.mT().matmul(g.tril()).tril();
          Tensor phi = product.sub(product.diagonal(0, -2, -1).diagEmbed().mul(0.5));
          Tensor left = Linalg.solveTriangular(l.mT(), phi, true);
          Tensor a = Linalg.solveTriangular(l, left, false, false, false);
          return a.add(a.mT()).mul(0.5);
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
    return squareSamples(new Cholesky(), 8);
  }

  public static List<ErrorSample> errors() {
    return squareErrors(new Cholesky());
  }

  @Override
  public String toString() {
    return "linalg.cholesky";
  }
}
