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
 * A = Q R with orthonormal columns in Q and 0 below the diagonal of R, which is real and not
 * negative.
 *
 * <p>Shape: (*, m, n) → Q (*, m, k), R (*, k, n) with k = m where {@code complete}, else the
 * smaller of m and n. Gradients need the first columns of A to be independent, and no complete Q of
 * a tall A, whose last columns A does not determine.
 */
public record Qr(boolean complete) implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireMatrices(this, inputs.getFirst());
    Shape batch = a.shape().slice(0, a.rank() - 2);
    long m = a.shape().size(-2);
    long n = a.shape().size(-1);
    long k = complete ? m : Math.min(m, n);
    return List.of(a.withShape(batch.concat(shape(m, k))), a.withShape(batch.concat(shape(k, n))));
  }

  /**
   * With M = R gRᴴ − gQᴴ Q: ∂L/∂A = (gQ + Q copyltu(M)) R⁻ᴴ, where copyltu mirrors the lower
   * triangle of a matrix whose diagonal is made real. Of a wide A = (X Y), R = (U V): Q U = X and V
   * = Qᴴ Y. Source: Walter, Lehmann, "Algorithmic differentiation of linear algebra functions",
   * 2010.
   */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(1, 0b11),
        pull -> {
          Tensor a = pull.input(0);
          Tensor q = pull.output(0);
          Tensor r = pull.output(1);
          Tensor gq = pull.grad(0);
          Tensor gr = pull.grad(1);
          long m = a.size(-2);
          long n = a.size(-1);
          if (complete && m > n) {
            throw new IllegalStateException(
                this + ": " + a.shape() + ": has no gradient where Q is larger than A; use qr(a)");
          }
          if (m >= n) {
            pull.give(0, tall(q, r, gq, gr));
            return;
          }
          Tensor rest = a.narrow(-1, m, n - m);
          Tensor gv = gr.narrow(-1, m, n - m);
          Tensor gx =
              tall(q, r.narrow(-1, 0, m), gq.add(rest.matmul(gv.mH())), gr.narrow(-1, 0, m));
          pull.give(0, Tensor.cat(List.of(gx, q.matmul(gv)), -1));
        });
  }

  private static Tensor tall(Tensor q, Tensor r, Tensor gq, Tensor gr) {
    Tensor m = r.matmul(gr.mH()).sub(gq.mH().matmul(q));
    Tensor lower = m.tril(-1);
    Tensor diagonal = m.diagonal(0, -2, -1).real().diagEmbed().to(m.dtype());
    Tensor mirrored = lower.add(lower.mH()).add(diagonal);
    return Linalg.solveTriangular(r.mH(), gq.add(q.matmul(mirrored)), false, false, false);
  }

  public static List<Sample> samples() {
    var op = new Qr(false);
    return List.of(
        Sample.of(op, shape(1, 1)).ridge(0, 4),
        Sample.of(op, shape(4, 4)).ridge(0, 4),
        Sample.of(op, shape(5, 3)).ridge(0, 4),
        Sample.of(op, shape(3, 5)).ridge(0, 4),
        Sample.of(op, shape(2, 3, 2)).ridge(0, 4),
        Sample.of(new Qr(true), shape(3, 3)).ridge(0, 4),
        Sample.of(new Qr(true), shape(2, 4)).ridge(0, 4),
        Sample.of(op, shape(2, 3, 0)).named("no columns"),
        Sample.of(op, shape(0, 2, 2)).named("an empty batch"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Qr(false),
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            new Qr(true),
            DTypeException.class,
            "needs float32 or float64",
            TensorSpec.of(shape(2, 2), DType.INT64)));
  }

  @Override
  public String toString() {
    return "linalg.qr" + (complete ? "[complete]" : "");
  }
}
