package dev.weft.engine.op;

import dev.weft.engine.Linalg;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * The determinant, by elimination; that of a matrix without elements is 1.
 *
 * <p>Shape: (*, n, n) → (*).
 */
public record Det() implements MatrixOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = MatrixOp.requireSquare(this, inputs.getFirst());
    return List.of(a.withShape(a.shape().slice(0, a.rank() - 2)));
  }

  /**
   * ∂L/∂A = g C with the cofactors C = (det(A) A⁻¹)ᴴ. Of a singular matrix they come from its
   * singular vectors.
   */
  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.from(
            1,
            1,
            (g, p) -> {
              Tensor a = p.input(0);
              Tensor det = p.output(0);
              boolean singular = !a.device().isMeta() && det.eq(0).any().itemLong() == 1;
              Tensor cofactors =
                  singular ? cofactors(a) : column(det.conj()).mul(Linalg.inv(a).mH());
              return column(g).mul(cofactors);
            }));
  }

  private static Tensor column(Tensor x) {
    return x.unsqueeze(-1).unsqueeze(-1);
  }

  /** conj(det(U) det(Vh)) U diag(Πⱼ≠ᵢ sⱼ) Vh. */
  private static Tensor cofactors(Tensor a) {
    var svd = Linalg.svd(a);
    long n = a.size(-1);
    Tensor others = svd.s().unsqueeze(-2).expand(a.shape()); // row i: all singular values…
    Tensor eye = Tensor.eye(n).to(a.device()).ne(0);
    others = eye.where(Tensor.onesLike(others), others); // …but the i-th
    Tensor product = others.select(-1, 0);
    for (long j = 1; j < n; j++) {
      product = product.mul(others.select(-1, j));
    }
    Tensor sign = Linalg.det(svd.u()).mul(Linalg.det(svd.vh()));
    return svd.u().mul(product.unsqueeze(-2)).matmul(svd.vh()).mul(column(sign.conj()));
  }

  public static List<Sample> samples() {
    return MatrixOp.squareSamples(new Det(), 2);
  }

  public static List<ErrorSample> errors() {
    return MatrixOp.squareErrors(new Det());
  }

  @Override
  public String toString() {
    return "linalg.det";
  }
}
