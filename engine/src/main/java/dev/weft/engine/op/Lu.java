package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Linalg;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Elimination with row exchanges: A = P L U, where P permutes rows, L has ones on its diagonal and
 * 0 above, U has 0 below. The largest entry of a column is the pivot, of complex ones by |re| +
 * |im|.
 *
 * <p>Shape: (*, m, n) → P (*, m, m), L (*, m, k), U (*, k, n) with k the smaller of m and n. P has
 * no gradient.
 */
public record Lu() implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireMatrices(this, inputs.getFirst());
    Shape batch = a.shape().slice(0, a.rank() - 2);
    long m = a.shape().size(-2);
    long n = a.shape().size(-1);
    long k = Math.min(m, n);
    return List.of(
        a.withShape(batch.concat(shape(m, m))),
        a.withShape(batch.concat(shape(m, k))),
        a.withShape(batch.concat(shape(k, n))));
  }

  /**
   * For a square A: ∂L/∂A = P L⁻ᴴ Φ U⁻ᴴ with Φ = strictly lower(Lᴴ gL) + upper(gU Uᴴ). Of a wide
   * one, U = (U₁ U₂), the rest is U₂ = L⁻¹ Pᵀ A₂; of a tall one it is L₂ = (Pᵀ A)₂ U⁻¹.
   */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0, 0b111),
        pull -> {
          Tensor p = pull.output(0);
          Tensor l = pull.output(1);
          Tensor u = pull.output(2);
          Tensor gl = pull.grad(1);
          Tensor gu = pull.grad(2);
          long m = l.size(-2);
          long n = u.size(-1);
          if (m < n) {
            Tensor rest = u.narrow(-1, m, n - m);
            Tensor g2 = Linalg.solveTriangular(l.mH(), gu.narrow(-1, m, n - m), true, true, true);
            Tensor g1 =
                square(l, u.narrow(-1, 0, m), gl.sub(g2.matmul(rest.mH())), gu.narrow(-1, 0, m));
            pull.give(0, p.matmul(Tensor.cat(List.of(g1, g2), -1)));
          } else if (m > n) {
            Tensor rest = l.narrow(-2, n, m - n);
            Tensor g2 =
                Linalg.solveTriangular(u.mH(), gl.narrow(-2, n, m - n), false, false, false);
            Tensor g1 =
                square(l.narrow(-2, 0, n), u, gl.narrow(-2, 0, n), gu.sub(rest.mH().matmul(g2)));
            pull.give(0, p.matmul(Tensor.cat(List.of(g1, g2), -2)));
          } else {
            pull.give(0, p.matmul(square(l, u, gl, gu)));
          }
        });
  }

  /** ∂L/∂(Pᵀ A) for square factors. */
  private static Tensor square(Tensor l, Tensor u, Tensor gl, Tensor gu) {
    Tensor phi = l.mH().matmul(gl).tril(-1).add(gu.matmul(u.mH()).triu());
    Tensor left = Linalg.solveTriangular(l.mH(), phi, true, true, true);
    return Linalg.solveTriangular(u.mH(), left, false, false, false);
  }

  public static List<Sample> samples() {
    var op = new Lu();
    return List.of(
        Sample.of(op, shape(1, 1)).ridge(0, 4),
        Sample.of(op, shape(4, 4)).ridge(0, 7),
        Sample.of(op, shape(4, 4)).named("with exchanges"),
        Sample.of(op, shape(3, 5)).ridge(0, 7),
        Sample.of(op, shape(5, 3)).ridge(0, 7),
        Sample.of(op, shape(2, 3, 3)).ridge(0, 7),
        Sample.of(op, shape(2, 0, 3)).named("no rows"),
        Sample.of(op, shape(0, 3, 3)).named("an empty batch"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Lu(),
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            new Lu(),
            DTypeException.class,
            "needs float32 or float64",
            TensorSpec.of(shape(2, 2), DType.FLOAT16)));
  }

  @Override
  public String toString() {
    return "linalg.lu";
  }
}
