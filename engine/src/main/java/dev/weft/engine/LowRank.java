package dev.weft.engine;

import dev.weft.engine.op.RandomOp.Distribution;
import java.util.Optional;

/** Singular values of large matrices from a few random vectors. See {@link Linalg#svdLowrank}. */
final class LowRank {

  private LowRank() {}

  static Linalg.LowRankFactors svd(
      String op, Tensor a, int q, int niter, Optional<? extends Tensor> m, Generator generator) {
    Operands.given(op, "a", a);
    Operands.given(op, "m", m);
    Operands.given(op, "generator", generator);
    a.spec().requireRank(op, 2);
    if (!a.isComplex()) {
      a.spec().requireFull(op);
    }
    if (q < 1) {
      throw new IllegalArgumentException(op + ": q = " + q + ": must be at least 1");
    }
    if (niter < 0) {
      throw new IllegalArgumentException(op + ": niter = " + niter + ": must not be negative");
    }
    if (m.isPresent() && !m.get().shape().broadcastsTo(a.shape())) {
      throw new ShapeException(
          op + ": M " + m.get().shape() + " does not broadcast to A " + a.shape());
    }
    Tensor x = m.isPresent() ? a.sub(m.get()) : a;
    int count = (int) Math.min(q, Math.min(a.size(-1), a.size(-2)));
    if (a.size(-2) >= a.size(-1)) {
      return tall(x, count, niter, generator);
    }
    var turned = tall(x.mH(), count, niter, generator);
    return new Linalg.LowRankFactors(turned.v(), turned.s(), turned.u());
  }

  /** With X ≈ Q Qᴴ X, the singular values of the small Qᴴ X are those of X. */
  private static Linalg.LowRankFactors tall(Tensor x, int q, int niter, Generator generator) {
    Tensor basis = basis(x, q, niter, generator);
    var small = Linalg.svd(basis.mH().matmul(x));
    return new Linalg.LowRankFactors(basis.matmul(small.u()), small.s(), small.vh().mH());
  }

  /** An orthonormal basis of (X Xᴴ)ⁿ X R, with a factorisation after each product. */
  private static Tensor basis(Tensor x, int q, int niter, Generator generator) {
    TensorSpec spec = x.spec().withDtype(x.dtype().toReal());
    Shape shape = Shape.of(x.size(-1), q);
    Tensor r = Tensor.random(Distribution.NORMAL, 0, 1, spec.withShape(shape), generator);
    Tensor basis = Linalg.qr(x.matmul(r.to(x.dtype()))).q();
    for (int i = 0; i < niter; i++) {
      basis = Linalg.qr(x.mH().matmul(basis)).q();
      basis = Linalg.qr(x.matmul(basis)).q();
    }
    return basis;
  }
}
