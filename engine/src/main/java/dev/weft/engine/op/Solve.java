package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * X with A X = B.
 *
 * <p>Shape: A (*, n, n), B (*, n, k) of one batch → (*, n, k). A singular matrix throws {@link
 * ArithmeticException}.
 */
public record Solve() implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireSquare(this, inputs.get(0));
    requireRight(this, a, inputs.get(1));
    return List.of(inputs.get(1));
  }

  /** The right side has the rows, batch and dtype of {@code a}. */
  static void requireRight(Op op, TensorSpec a, TensorSpec b) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          op + ": " + a + " and " + b + ": dtypes differ; convert one with x.to(dtype)");
    }
    if (b.rank() != a.rank() || !b.shape().with(-1, a.shape().size(-1)).equals(a.shape())) {
      throw new ShapeException(
          op + ": " + a.shape() + " and " + b.shape() + ": needs (*, n, n) and (*, n, k)");
    }
  }

  /** With G = A⁻ᴴ g: ∂L/∂B = G, ∂L/∂A = −G Xᴴ. */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0b01, 1),
        pull -> {
          Tensor g = Dispatch.run(this, pull.input(0).mH(), pull.grad());
          if (pull.needs(0)) {
            pull.give(0, g.matmul(pull.output(0).mH()).neg());
          }
          if (pull.needs(1)) {
            pull.give(1, g);
          }
        });
  }

  public static List<Sample> samples() {
    var op = new Solve();
    return List.of(
        Sample.of(op, shape(1, 1), shape(1, 1)).ridge(0, 5),
        Sample.of(op, shape(3, 3), shape(3, 2)).ridge(0, 5),
        Sample.of(op, shape(3, 3), shape(3, 2)).ridge(0, -7),
        Sample.of(op, shape(5, 5), shape(5, 1)).ridge(0, 8),
        Sample.of(op, shape(2, 3, 3), shape(2, 3, 4)).ridge(0, 5),
        Sample.of(op, shape(2, 1, 2, 2), shape(2, 1, 2, 2)).ridge(0, 5),
        Sample.of(op, shape(3, 3), shape(3, 0)).ridge(0, 5).named("no right side"),
        Sample.of(op, shape(2, 0, 0), shape(2, 0, 3)).named("matrices without elements"));
  }

  public static List<ErrorSample> errors() {
    TensorSpec a = TensorSpec.of(shape(3, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new Solve(),
            ShapeException.class,
            "needs (*, n, n) and (*, n, k)",
            a,
            TensorSpec.of(shape(4, 2), DType.FLOAT32)),
        ErrorSample.of(
            new Solve(),
            ShapeException.class,
            "must be square",
            TensorSpec.of(shape(3, 4), DType.FLOAT32),
            a),
        ErrorSample.of(
            new Solve(),
            DTypeException.class,
            "dtypes differ",
            a,
            TensorSpec.of(shape(3, 2), DType.FLOAT64)));
  }

  @Override
  public String toString() {
    return "linalg.solve";
  }
}
