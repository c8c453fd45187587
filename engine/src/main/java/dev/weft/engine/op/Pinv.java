package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * The Moore-Penrose inverse A⁺ = V diag(1/S) Uᴴ; singular values up to {@code rtol} times the
 * largest count as 0, and so do their inverses. NaN and infinity throw {@link ArithmeticException}.
 *
 * <p>Shape: (*, m, n) → (*, n, m). The gradient holds where a small change leaves the rank as it
 * is.
 */
public record Pinv(double rtol) implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireMatrices(this, inputs.getFirst());
    if (!(rtol >= 0)) {
      throw new IllegalArgumentException(this + ": must not be negative");
    }
    long m = a.shape().size(-2);
    return List.of(a.withShape(a.shape().with(-2, a.shape().size(-1)).with(-1, m)));
  }

  /**
   * With P = A⁺: ∂L/∂A = −Pᴴ g Pᴴ + (I − A P) gᴴ P Pᴴ + Pᴴ P gᴴ (I − P A). Source: Golub, Pereyra,
   * "The differentiation of pseudo-inverses and nonlinear least squares problems", 1973.
   */
  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.from(
            1,
            1,
            (g, pull) -> {
              Tensor a = pull.input(0);
              Tensor p = pull.output(0);
              Tensor right = g.mH().matmul(p).matmul(p.mH());
              Tensor left = p.mH().matmul(p).matmul(g.mH());
              return right
                  .sub(a.matmul(p.matmul(right)))
                  .add(left.sub(left.matmul(p).matmul(a)))
                  .sub(p.mH().matmul(g).matmul(p.mH()));
            }));
  }

  public static List<Sample> samples() {
    var op = new Pinv(1e-6);
    return List.of(
        Sample.of(op, shape(1, 1)),
        Sample.of(op, shape(3, 3)).ridge(0, 5),
        Sample.of(op, shape(4, 3)).ridge(0, 4),
        Sample.of(op, shape(3, 4)).ridge(0, 4),
        Sample.of(op, shape(2, 3, 2)).ridge(0, 4),
        Sample.of(op, shape(2, 3, 0)).named("no columns"),
        Sample.of(op, shape(2, 0, 3)).named("no rows"),
        Sample.of(op, shape(0, 2, 2)).named("an empty batch"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Pinv(-1),
            IllegalArgumentException.class,
            "must not be negative",
            TensorSpec.of(shape(3, 3), DType.FLOAT32)),
        ErrorSample.of(
            new Pinv(0),
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            new Pinv(0),
            DTypeException.class,
            "needs float32 or float64",
            TensorSpec.of(shape(2, 2), DType.INT32)));
  }

  @Override
  public String toString() {
    return "linalg.pinv[rtol=" + rtol + "]";
  }
}
