package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Linear algebra on the matrices in the last two dimensions, each of a batch alone.
 *
 * <p>Dtype: float32, float64, complex64, complex128. Backends meet the complex ones as they are,
 * not as pairs of real numbers. Gradients are written with adjoints Xᴴ, which of real matrices are
 * transposes.
 */
public sealed interface MatrixOp extends Op
    permits Solve, SolveTriangular, Cholesky, Lu, Qr, Det, Slogdet, Svd, Pinv, Eigh, Eig {

  @Override
  default Set<DType> dtypes() {
    return DTypes.FULL_OR_COMPLEX;
  }

  @Override
  default Autocast autocast() {
    return Autocast.FLOAT32;
  }

  /** The spec of matrices of a dtype that can be factorised, or an exception. */
  static TensorSpec requireMatrices(Op op, TensorSpec a) {
    if (!a.dtype().isComplex()) {
      a.requireFull(op);
    }
    return a.requireRank(op, 2);
  }

  /** The spec of square matrices of a dtype that can be factorised, or an exception. */
  static TensorSpec requireSquare(Op op, TensorSpec a) {
    requireMatrices(op, a);
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
   * The gradient of vectors before each was turned so that its largest entry is positive: less what
   * turns column k of {@code v}, which had Im {@code turns}ₖ in its direction. Nothing is to be
   * taken off where only the sign was chosen.
   */
  static Tensor unturned(Tensor g, Tensor v, Tensor turns) {
    if (!v.isComplex() || v.numel() == 0) {
      return g;
    }
    Tensor rows = Tensor.arange(v.size(-2)).to(v.device()).unsqueeze(-1);
    Tensor size = v.detach().abs();
    Tensor largest = rows.eq(size.argmax(-2, true)).to(size.dtype());
    Tensor turn = turns.imag().unsqueeze(-2).div(v.real().mul(largest).sum(-2, true));
    return g.sub(Tensor.complex(Tensor.zerosLike(size), largest.mul(turn)));
  }
}
