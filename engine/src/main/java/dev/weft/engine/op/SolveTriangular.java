package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * X with A X = B for a triangular A. Its other half is not read, nor its diagonal where it is taken
 * to be 1. A zero on the diagonal gives infinities and NaN.
 *
 * <p>Shape: A (*, n, n), B (*, n, k) of one batch → (*, n, k).
 */
public record SolveTriangular(boolean upper, boolean unitriangular) implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireSquare(this, inputs.get(0));
    Solve.requireRight(this, a, inputs.get(1));
    return List.of(inputs.get(1));
  }

  /** With G = A⁻ᴴ g: ∂L/∂B = G, ∂L/∂A = −G Xᴴ, in the triangle that is read. */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0b01, 1),
        pull -> {
          var transposed = new SolveTriangular(!upper, unitriangular);
          Tensor g = Dispatch.run(transposed, pull.input(0).mH(), pull.grad());
          if (pull.needs(0)) {
            Tensor whole = g.matmul(pull.output(0).mH()).neg();
            int diagonal = unitriangular ? 1 : 0;
            pull.give(0, upper ? whole.triu(diagonal) : whole.tril(-diagonal));
          }
          if (pull.needs(1)) {
            pull.give(1, g);
          }
        });
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (boolean upper : new boolean[] {false, true}) {
      for (boolean unit : new boolean[] {false, true}) {
        var op = new SolveTriangular(upper, unit);
        samples.add(Sample.of(op, shape(4, 4), shape(4, 2)).ridge(0, 4));
        samples.add(Sample.of(op, shape(2, 3, 3), shape(2, 3, 1)).ridge(0, 4));
        samples.add(Sample.of(op, shape(1, 1), shape(1, 3)).ridge(0, 4));
        samples.add(Sample.of(op, shape(0, 0), shape(0, 2)));
      }
    }
    return List.copyOf(samples);
  }

  public static List<ErrorSample> errors() {
    TensorSpec a = TensorSpec.of(shape(3, 3), DType.FLOAT32);
    var op = new SolveTriangular(true, false);
    return List.of(
        ErrorSample.of(
            op,
            ShapeException.class,
            "needs (*, n, n) and (*, n, k)",
            a,
            TensorSpec.of(shape(2, 3, 2), DType.FLOAT32)),
        ErrorSample.of(
            op,
            DTypeException.class,
            "dtypes differ",
            a,
            TensorSpec.of(shape(3, 2), DType.FLOAT64)));
  }

  @Override
  public String toString() {
    return "linalg.solve_triangular["
        + (upper ? "upper" : "lower")
        + (unitriangular ? ", unit" : "")
        + "]";
  }
}
