package dev.weft.engine;

import dev.weft.engine.op.Matmul;
import java.util.function.BinaryOperator;

/** Products of {@link Tensor}. */
public sealed interface MatrixOps permits Tensor {

  /**
   * The matrix product, with PyTorch's rules: a vector on the left is a row, on the right a column,
   * and loses that dimension again; leading dimensions broadcast.
   */
  default Tensor matmul(Tensor other) {
    Tensor a = (Tensor) this;
    Tensor b = Operands.given("matmul", "other", other);
    if (a.rank() == 0 || b.rank() == 0) {
      throw new ShapeException(
          "matmul: " + a.shape() + " @ " + b.shape() + ": a scalar has no rows; use mul");
    }
    boolean row = a.rank() == 1;
    boolean column = b.rank() == 1;
    if (a.size(-1) != b.size(column ? 0 : -2)) {
      throw Matmul.innerSizesDiffer(a.shape(), b.shape());
    }
    a = row ? a.unsqueeze(0) : a;
    b = column ? b.unsqueeze(1) : b;
    if (b.rank() == 2 && a.rank() > 2) {
      // One tall product instead of a batch of small ones over the same right side.
      Shape shape = a.shape().with(-1, b.size(1));
      long rows = a.shape().slice(0, a.rank() - 1).numel();
      Tensor y = Dispatch.run(new Matmul(), a.reshape(rows, a.size(-1)), b).reshape(shape);
      return column ? y.squeeze(-1) : y;
    }
    Shape batchA = a.shape().slice(0, a.rank() - 2);
    Shape batchB = b.shape().slice(0, b.rank() - 2);
    if (!batchA.equals(batchB)) {
      Shape batch = Shape.broadcast("matmul of batches", batchA, batchB);
      a = a.expand(batch.concat(a.shape().slice(a.rank() - 2, a.rank())));
      b = b.expand(batch.concat(b.shape().slice(b.rank() - 2, b.rank())));
    }
    Tensor y = Dispatch.run(new Matmul(), a, b);
    y = row ? y.squeeze(-2) : y;
    return column ? y.squeeze(-1) : y;
  }

  /** The product of two matrices, strictly: both of rank 2. */
  default Tensor mm(Tensor other) {
    requireRanks("mm", other, 2, 2);
    return Dispatch.run(new Matmul(), (Tensor) this, other);
  }

  /** The products of two batches of matrices of one size, strictly: (b, m, k) @ (b, k, n). */
  default Tensor bmm(Tensor other) {
    requireRanks("bmm", other, 3, 3);
    return Dispatch.run(new Matmul(), (Tensor) this, other);
  }

  /** A matrix times a vector: (m, k) @ (k) → (m). */
  default Tensor mv(Tensor vector) {
    requireRanks("mv", vector, 2, 1);
    return matmul(vector);
  }

  /** Σ xᵢ yᵢ of two vectors of one length. */
  default Tensor dot(Tensor other) {
    requireRanks("dot", other, 1, 1);
    return matmul(other);
  }

  /** Σ x̄ᵢ yᵢ of two vectors of one length: {@link #dot} with the conjugate of this. */
  default Tensor vdot(Tensor other) {
    return ((Tensor) this).conj().dot(other);
  }

  /**
   * Σ x̄ y along one dimension, with the conjugate of this; the two broadcast. Dtype: floating or
   * complex, that of both.
   */
  default Tensor vecdot(Tensor other, int dim) {
    Operands.given("vecdot", "other", other);
    Tensor x = (Tensor) this;
    if (!x.dtype().isInexact() || x.dtype() != other.dtype()) {
      throw new DTypeException(
          "linalg.vecdot: "
              + x.spec()
              + " and "
              + other.spec()
              + ": needs one floating or complex dtype; convert with x.to(dtype)");
    }
    return x.conj().mul(other).sum(dim);
  }

  /**
   * The sum of products over both last dimensions: (*, k), (+, k) → (*, +). With a scalar it is the
   * product.
   */
  default Tensor inner(Tensor other) {
    Operands.given("inner", "other", other);
    Tensor x = (Tensor) this;
    return x.rank() == 0 || other.rank() == 0
        ? x.mul(other)
        : x.tensordot(other, new int[] {-1}, new int[] {-1});
  }

  /** yᵢⱼ = xᵢ zⱼ of two vectors. */
  default Tensor outer(Tensor other) {
    requireRanks("outer", other, 1, 1);
    return ((Tensor) this).unsqueeze(1).mul(other);
  }

  private void requireRanks(String op, Tensor other, int left, int right) {
    Tensor x = (Tensor) this;
    Operands.given(op, "other", other);
    if (x.rank() != left || other.rank() != right) {
      throw new ShapeException(
          op
              + ": "
              + x.shape()
              + " and "
              + other.shape()
              + ": needs "
              + left
              + " and "
              + right
              + " dimensions; matmul broadcasts");
    }
  }

  /** this + a @ b. */
  default Tensor addmm(Tensor a, Tensor b) {
    return addmm(a, b, 1, 1);
  }

  /** β this + α (a @ b); this broadcasts to (m, n). With β = 0 its values are not read. */
  default Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
    return plus("addmm", a, b, Tensor::mm, beta, alpha);
  }

  /** β this + α (a @ vector); this broadcasts to (m). With β = 0 its values are not read. */
  default Tensor addmv(Tensor a, Tensor vector, double beta, double alpha) {
    return plus("addmv", a, vector, Tensor::mv, beta, alpha);
  }

  /** β this + α (x ⊗ y); this broadcasts to (m, n). With β = 0 its values are not read. */
  default Tensor addr(Tensor x, Tensor y, double beta, double alpha) {
    return plus("addr", x, y, Tensor::outer, beta, alpha);
  }

  /** β this + α (a @ b) for each of a batch. With β = 0 the values of this are not read. */
  default Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
    return plus("baddbmm", a, b, Tensor::bmm, beta, alpha);
  }

  /** β this + α Σ (a @ b) over a batch. With β = 0 the values of this are not read. */
  default Tensor addbmm(Tensor a, Tensor b, double beta, double alpha) {
    return plus("addbmm", a, b, (x, y) -> x.bmm(y).sum(0), beta, alpha);
  }

  /** On the CPU half types are rounded once; elsewhere their products have kernels of their own. */
  private Tensor plus(
      String op, Tensor a, Tensor b, BinaryOperator<Tensor> product, double beta, double alpha) {
    Tensor x = (Tensor) this;
    Operands.given(op, "the first factor", a);
    Operands.given(op, "the second factor", b);
    boolean half = x.dtype().isHalf() && a.dtype() == x.dtype() && b.dtype() == x.dtype();
    if (half && x.device().equals(Device.CPU)) {
      Tensor wide = product.apply(a.to(DType.FLOAT32), b.to(DType.FLOAT32));
      return plus(op, x.to(DType.FLOAT32), wide, beta, alpha).to(x.dtype());
    }
    return plus(op, x, product.apply(a, b), beta, alpha);
  }

  private static Tensor plus(String op, Tensor x, Tensor product, double beta, double alpha) {
    if (!x.shape().broadcastsTo(product.shape())) {
      throw new ShapeException(
          op + ": " + x.shape() + " does not broadcast to the product " + product.shape());
    }
    if (x.dtype() != product.dtype()) {
      throw new DTypeException(
          op + ": " + x.spec() + " and a product of " + product.dtype() + ": dtypes differ");
    }
    Tensor scaled = scaled(op, product, alpha);
    if (beta != 0) {
      return scaled(op, x, beta).add(scaled);
    }
    // 0 · NaN would be NaN; what is never picked has a gradient of 0.
    Tensor never = Tensor.zeros(Shape.SCALAR, DType.BOOL, x.device());
    Tensor zero = Tensor.zeros(Shape.SCALAR, x.dtype(), x.device());
    return x.requiresGrad() ? scaled.add(never.where(x, zero)) : scaled;
  }

  /** s · x without a change of dtype. */
  private static Tensor scaled(String op, Tensor x, double s) {
    if (s == 1) {
      return x;
    }
    if (!x.dtype().isInexact() && s != Math.rint(s)) {
      throw new DTypeException(op + ": " + x.spec() + " times " + s + ": needs a whole number");
    }
    return x.dtype().isInexact() ? x.mul(s) : x.mul((long) s);
  }

  /**
   * The sum of products over pairs of dimensions, {@code dims[i]} of this with {@code others[i]} of
   * the other; what is left of this comes first.
   */
  default Tensor tensordot(Tensor other, int[] dims, int[] others) {
    Operands.given("tensordot", "other", other);
    Tensor x = (Tensor) this;
    if (dims.length != others.length) {
      throw new ShapeException(
          "tensordot: " + dims.length + " dimensions with " + others.length + ": needs pairs");
    }
    long inner = 1;
    for (int i = 0; i < dims.length; i++) {
      if (x.size(dims[i]) != other.size(others[i])) {
        throw new ShapeException(
            "tensordot: "
                + x.shape()
                + " and "
                + other.shape()
                + ": sizes of dimensions "
                + dims[i]
                + " and "
                + others[i]
                + " differ");
      }
      inner *= x.size(dims[i]);
    }
    int count = dims.length;
    int[] first = new int[count];
    int[] last = new int[count];
    for (int i = 0; i < count; i++) {
      first[i] = i;
      last[i] = x.rank() - count + i;
    }
    Tensor left = x.movedim(dims, last);
    Tensor right = other.movedim(others, first);
    Shape rows = left.shape().slice(0, x.rank() - count);
    Shape columns = right.shape().slice(count, other.rank());
    return left.reshape(rows.numel(), inner)
        .mm(right.reshape(inner, columns.numel()))
        .reshape(rows.concat(columns));
  }

  /** {@link #tensordot} of the last {@code count} dimensions with the other's first. */
  default Tensor tensordot(Tensor other, int count) {
    Operands.given("tensordot", "other", other);
    int most = Math.min(((Tensor) this).rank(), other.rank());
    if (count < 0 || count > most) {
      throw new ShapeException(
          "tensordot: "
              + ((Tensor) this).shape()
              + " and "
              + other.shape()
              + ": "
              + count
              + " dimensions: must be between 0 and "
              + most);
    }
    int[] dims = new int[count];
    int[] others = new int[count];
    for (int i = 0; i < count; i++) {
      dims[i] = ((Tensor) this).rank() - count + i;
      others[i] = i;
    }
    return tensordot(other, dims, others);
  }

  /** The Kronecker product: every element of this times the whole other tensor, in its place. */
  default Tensor kron(Tensor other) {
    Operands.given("kron", "other", other);
    Tensor x = (Tensor) this;
    int rank = Math.max(x.rank(), other.rank());
    long[] left = new long[2 * rank];
    long[] right = new long[2 * rank];
    long[] result = new long[rank];
    for (int d = 0; d < rank; d++) {
      long m = d < rank - x.rank() ? 1 : x.size(d - rank + x.rank());
      long n = d < rank - other.rank() ? 1 : other.size(d - rank + other.rank());
      left[2 * d] = m;
      left[2 * d + 1] = 1;
      right[2 * d] = 1;
      right[2 * d + 1] = n;
      result[d] = Math.multiplyExact(m, n);
    }
    return x.reshape(left).mul(other.reshape(right)).reshape(result);
  }

  /** The vector product along a dimension of size 3; the two broadcast. */
  default Tensor cross(Tensor other, int dim) {
    Operands.given("cross", "other", other);
    Tensor x = (Tensor) this;
    Shape shape = Shape.broadcast("cross", x.shape(), other.shape());
    int axis = shape.dim(dim);
    if (shape.size(axis) != 3 || x.size(dim) != 3 || other.size(dim) != 3) {
      throw new ShapeException(
          "cross: "
              + x.shape()
              + " and "
              + other.shape()
              + ": dimension "
              + dim
              + " must be of size 3");
    }
    Tensor a = x.expand(shape);
    Tensor b = other.expand(shape);
    return a.roll(-1, axis).mul(b.roll(1, axis)).sub(a.roll(1, axis).mul(b.roll(-1, axis)));
  }

  /**
   * The distances between the rows of this, (*, m, k), and of the other, (*, n, k): (*, m, n).
   * Their gradient is 0 where two rows are equal.
   *
   * @param p of the p-norm, from 0 (how many elements differ) to ∞
   */
  default Tensor cdist(Tensor other, double p) {
    Operands.given("cdist", "other", other);
    Tensor x = (Tensor) this;
    x.spec().requireFloating("cdist").requireRank("cdist", 2);
    other.spec().requireFloating("cdist").requireRank("cdist", 2);
    if (x.size(-1) != other.size(-1)) {
      throw new ShapeException(
          "cdist: " + x.shape() + " and " + other.shape() + ": rows of different lengths");
    }
    if (!(p >= 0)) {
      throw new IllegalArgumentException("cdist: p = " + p + ": must be 0 or more");
    }
    Tensor apart = x.unsqueeze(-2).sub(other.unsqueeze(-3));
    return Linalg.vectorNorm(apart, p, new int[] {-1}, false);
  }

  /**
   * The covariances of variables, one per row, over their observations, one per column; the sum is
   * divided by their number less {@code correction}, of complex ones Σ x conj(y). A row is one
   * variable, a scalar one observation.
   *
   * <p>Shape: (k, n) → (k, k); (1, n), (n) and () → ().
   */
  default Tensor cov(long correction) {
    ((Tensor) this).spec().requireNumeric("cov");
    Tensor x = Operands.floating((Tensor) this);
    if (x.rank() > 2) {
      throw new ShapeException("cov: " + x.shape() + ": must be (k, n), (n) or ()");
    }
    x = x.rank() == 0 ? x.reshape(1) : x;
    Tensor centred = x.sub(x.mean(-1, true));
    double count = Math.max(0, x.size(-1) - correction);
    Tensor rows = centred.rank() == 1 ? centred.unsqueeze(0) : centred;
    Tensor products = rows.mm(rows.mH()).div(count);
    return rows.size(0) == 1 ? products.reshape(Shape.SCALAR) : products;
  }

  /**
   * The coefficients of correlation of variables, one per row: from −1 to 1, of complex ones both
   * parts. See {@link #cov}.
   */
  default Tensor corrcoef() {
    Tensor cov = cov(1);
    if (cov.numel() == 1) {
      return cov.div(cov).reshape(Shape.SCALAR);
    }
    Tensor variances = cov.diagonal();
    Tensor deviation = (cov.isComplex() ? variances.real() : variances).sqrt();
    Tensor r = cov.div(deviation.unsqueeze(1)).div(deviation);
    return r.isComplex()
        ? Tensor.complex(r.real().clamp(-1, 1), r.imag().clamp(-1, 1))
        : r.clamp(-1, 1);
  }
}
