package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * A = U diag(S) Vh with orthonormal columns in U, orthonormal rows in Vh, and S ≥ 0 descending. The
 * entry of largest magnitude in each column of U is real and positive. NaN and infinity throw
 * {@link ArithmeticException}.
 *
 * <p>Shape: (*, m, n) → U (*, m, k), S (*, k), Vh (*, k, n) with k the smaller of m and n; where
 * {@code full}, U is (*, m, m) and Vh (*, n, n). Gradients of U and Vh need singular values that
 * differ (and are not 0 unless A is square), and not the columns that {@code full} adds.
 */
public record Svd(boolean full) implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireMatrices(this, inputs.getFirst());
    Shape batch = a.shape().slice(0, a.rank() - 2);
    long m = a.shape().size(-2);
    long n = a.shape().size(-1);
    long k = Math.min(m, n);
    return List.of(
        a.withShape(batch.concat(shape(m, full ? m : k))),
        a.withShape(batch.concat(shape(k))).withDtype(a.dtype().toReal()),
        a.withShape(batch.concat(shape(full ? n : k, n))));
  }

  /**
   * With Eᵢⱼ = sⱼ² − sᵢ² and skew(X) = X − Xᴴ: ∂L/∂A = U (skew(Uᴴ gU)/E S + S skew(Vᴴ gV)/E +
   * diag(gS + skew(Uᴴ gU)/2S)) Vᴴ, and what gU and gV have outside the spaces that U and V span,
   * over S.
   */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0, 0b111),
        pull -> {
          Tensor u = pull.output(0);
          Tensor s = pull.output(1);
          Tensor vh = pull.output(2);
          Tensor inner = pull.grad(1).diagEmbed().to(u.dtype());
          if (!pull.hasGrad(0) && !pull.hasGrad(2)) {
            long k = s.size(-1);
            pull.give(0, u.narrow(-1, 0, k).matmul(inner).matmul(vh.narrow(-2, 0, k)));
            return;
          }
          if (full && u.size(-1) != vh.size(-1)) {
            throw new IllegalStateException(
                this + ": the vectors that full matrices add have no gradient; use svd(a)");
          }
          Tensor gu = pull.grad(0);
          Tensor gv = pull.grad(2).mH();
          Tensor v = vh.mH();
          Tensor turnsV = vh.matmul(gv);
          if (u.isComplex()) {
            Tensor turns = u.mH().matmul(gu).add(turnsV).diagonal(0, -2, -1);
            gu = MatrixOp.unturned(gu, u, turns);
          }
          Tensor turnsU = skew(u.mH().matmul(gu));
          Tensor e = inverseGaps(s.square());
          Tensor row = s.unsqueeze(-2);
          Tensor column = s.unsqueeze(-1);
          inner = inner.add(turnsU.mul(e).mul(row));
          inner = inner.add(skew(turnsV).mul(e).mul(column));
          if (u.isComplex()) {
            inner = inner.add(turnsU.diagonal(0, -2, -1).div(s.mul(2)).diagEmbed());
          }
          Tensor g = u.matmul(inner).matmul(vh);
          if (u.size(-2) > u.size(-1)) {
            g = g.add(outside(u, gu).div(row).matmul(vh));
          }
          if (v.size(-2) > v.size(-1)) {
            g = g.add(u.matmul(outside(v, gv).div(row).mH()));
          }
          pull.give(0, g);
        });
  }

  private static Tensor skew(Tensor x) {
    return x.sub(x.mH());
  }

  /** (I − U Uᴴ) g. */
  private static Tensor outside(Tensor u, Tensor g) {
    return g.sub(u.matmul(u.mH().matmul(g)));
  }

  /** 1 / (xⱼ − xᵢ) at (i, j); 0 where the two are equal, as on the diagonal. */
  static Tensor inverseGaps(Tensor x) {
    Tensor gaps = x.unsqueeze(-2).sub(x.unsqueeze(-1));
    Tensor equal = gaps.eq(0);
    Tensor one = Tensor.ones(Shape.SCALAR, x.dtype(), x.device());
    return equal.where(gaps, one.div(equal.where(one, gaps)));
  }

  public static List<Sample> samples() {
    var op = new Svd(false);
    return List.of(
        Sample.of(op, shape(1, 1)),
        Sample.of(op, shape(4, 4)),
        Sample.of(op, shape(5, 3)),
        Sample.of(op, shape(3, 5)),
        Sample.of(op, shape(2, 3, 2)),
        Sample.of(new Svd(true), shape(3, 3)),
        Sample.of(op, shape(2, 3, 0)).named("no columns"),
        Sample.of(op, shape(0, 2, 2)).named("an empty batch"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Svd(false),
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            new Svd(false),
            DTypeException.class,
            "needs float32 or float64",
            TensorSpec.of(shape(2, 2), DType.BFLOAT16)));
  }

  @Override
  public String toString() {
    return "linalg.svd" + (full ? "[full]" : "");
  }
}
