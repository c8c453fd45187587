package dev.weft.engine;

import dev.weft.engine.op.Cholesky;
import dev.weft.engine.op.Det;
import dev.weft.engine.op.Eig;
import dev.weft.engine.op.Eigh;
import dev.weft.engine.op.Lu;
import dev.weft.engine.op.Pinv;
import dev.weft.engine.op.Qr;
import dev.weft.engine.op.Slogdet;
import dev.weft.engine.op.Solve;
import dev.weft.engine.op.SolveTriangular;
import dev.weft.engine.op.Svd;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Linear algebra, with the names of {@code torch.linalg}. In the shapes, * stands for a batch of
 * any dimensions; every matrix of it is treated alone.
 *
 * <p>Dtype: float32, float64, complex64 or complex128, unchanged; singular values, the eigenvalues
 * of {@link #eigh} and norms are real, what {@link #eig} gives is complex. A matrix for which there
 * is no result, such as a singular one for {@link #inv}, throws {@link ArithmeticException}.
 */
public final class Linalg {

  private Linalg() {}

  /** A = P L U. */
  public record LuFactors(Tensor p, Tensor l, Tensor u) {}

  /** A = Q R. */
  public record QrFactors(Tensor q, Tensor r) {}

  /** A ≈ U diag(S) Vᴴ. */
  public record LowRankFactors(Tensor u, Tensor s, Tensor v) {}

  /** A = U diag(S) Vh. */
  public record SvdFactors(Tensor u, Tensor s, Tensor vh) {}

  /** A V = V diag(λ): eigenvectors are the columns of V. */
  public record Eigen(Tensor eigenvalues, Tensor eigenvectors) {}

  /** det A = sign · exp(logabsdet). */
  public record SignAndLog(Tensor sign, Tensor logabsdet) {}

  /** The least squares solution, and the rank and singular values of A. */
  public record LeastSquares(Tensor solution, Tensor rank, Tensor singularValues) {}

  // ------------------------------------------------------------------------------ equations

  /** The inverse. Shape: (*, n, n) → (*, n, n). */
  public static Tensor inv(Tensor a) {
    requireSquare("linalg.inv", a);
    return Dispatch.run(new Solve(), a, identity(a, a.size(-1)).expand(a.shape()));
  }

  /**
   * X with A X = B. Shape: A (*, n, n), B (*, n, k) or, where it has one dimension less than A and
   * A's batch, vectors (*, n); batches broadcast.
   */
  public static Tensor solve(Tensor a, Tensor b) {
    Operands.given("linalg.solve", "b", b);
    requireSquare("linalg.solve", a);
    Shape columns = a.shape().without(-1);
    boolean vector = b.rank() == 1 || b.shape().equals(columns);
    Tensor right = vector ? b.unsqueeze(-1) : b;
    Tensor[] both = sameBatch("linalg.solve", a, right);
    Tensor x = Dispatch.run(new Solve(), both);
    return vector ? x.squeeze(-1) : x;
  }

  /**
   * The inverse of a tensor as a map between its last and its first {@code ind} dimensions: with
   * tensordot over {@code ind} dimensions it undoes A. Shape: (a, b), with as many elements in the
   * first {@code ind} dimensions a as in the others b → (b, a).
   */
  public static Tensor tensorinv(Tensor a, int ind) {
    Operands.given("linalg.tensorinv", "a", a);
    if (ind < 1 || ind > a.rank()) {
      throw new IllegalArgumentException(
          "linalg.tensorinv: " + a.shape() + ", ind " + ind + ": must be 1 to " + a.rank());
    }
    Shape rows = a.shape().slice(0, ind);
    Shape columns = a.shape().slice(ind, a.rank());
    return inv(asSquare("linalg.tensorinv", a, rows, columns)).reshape(columns.concat(rows));
  }

  /**
   * X with tensordot(A, X, X.rank()) = B. Shape: A (b, x), B (b) → (x), with as many elements in b
   * as in x.
   *
   * @param dims of A, moved to its end first
   */
  public static Tensor tensorsolve(Tensor a, Tensor b, int... dims) {
    Operands.given("linalg.tensorsolve", "a", a);
    Operands.given("linalg.tensorsolve", "b", b);
    Tensor moved = a;
    if (dims.length > 0) {
      int[] ends = new int[dims.length];
      Arrays.setAll(ends, i -> a.rank() - dims.length + i);
      moved = a.movedim(dims, ends);
    }
    int rank = Math.min(b.rank(), moved.rank());
    Shape rows = moved.shape().slice(0, rank);
    Shape unknowns = moved.shape().slice(rank, moved.rank());
    Tensor square = asSquare("linalg.tensorsolve", moved, rows, unknowns);
    if (b.numel() != rows.numel()) {
      throw new ShapeException(
          "linalg.tensorsolve: " + moved.shape() + ", b " + b.shape() + ": sizes do not match");
    }
    return solve(square, b.reshape(-1)).reshape(unknowns);
  }

  private static Tensor asSquare(String op, Tensor a, Shape rows, Shape columns) {
    if (rows.numel() != columns.numel()) {
      throw new ShapeException(
          op + ": " + rows + " and " + columns + ": must have the same number of elements");
    }
    return a.reshape(rows.numel(), columns.numel());
  }

  /**
   * X with A X = B, or with X A = B where {@code left} is false, for a triangular A, whose other
   * half is not read; with {@code unitriangular} its diagonal counts as 1 and is not read either.
   */
  public static Tensor solveTriangular(
      Tensor a, Tensor b, boolean upper, boolean left, boolean unitriangular) {
    Operands.given("linalg.solve_triangular", "a", a);
    Operands.given("linalg.solve_triangular", "b", b);
    if (!left) {
      return solveTriangular(a.mT(), b.mT(), !upper, true, unitriangular).mT();
    }
    requireSquare("linalg.solve_triangular", a);
    Tensor[] both = sameBatch("linalg.solve_triangular", a, b);
    return Dispatch.run(new SolveTriangular(upper, unitriangular), both);
  }

  /** {@link #solveTriangular(Tensor, Tensor, boolean, boolean, boolean)} from the left. */
  public static Tensor solveTriangular(Tensor a, Tensor b, boolean upper) {
    return solveTriangular(a, b, upper, true, false);
  }

  /** X with A X = B, from the Cholesky factor of A: L with A = L Lᴴ, or U with A = Uᴴ U. */
  public static Tensor choleskySolve(Tensor b, Tensor factor, boolean upper) {
    Operands.given("cholesky_solve", "b", b);
    Operands.given("cholesky_solve", "the factor", factor);
    Tensor lower = upper ? factor.mH() : factor;
    return solveTriangular(lower.mH(), solveTriangular(lower, b, false), true);
  }

  /** The inverse of A, from its Cholesky factor: L with A = L Lᴴ, or U with A = Uᴴ U. */
  public static Tensor choleskyInverse(Tensor factor, boolean upper) {
    requireSquare("cholesky_inverse", factor);
    return choleskySolve(identity(factor, factor.size(-1)), factor, upper);
  }

  /** X with A X = B, from A's factors. */
  public static Tensor luSolve(LuFactors factors, Tensor b) {
    Tensor y = solveTriangular(factors.l, factors.p.mT().matmul(b), false, true, true);
    return solveTriangular(factors.u, y, true);
  }

  /**
   * The X of least norm among those that minimise ‖A X − B‖. Shape: A (*, m, n), B (*, m, k) → X
   * (*, n, k).
   */
  public static LeastSquares lstsq(Tensor a, Tensor b) {
    Tensor s = svdvals(a);
    return new LeastSquares(pinv(a).matmul(b), rank(a, s), s);
  }

  /** The Moore-Penrose inverse; singular values up to max(m, n) ε times the largest count as 0. */
  public static Tensor pinv(Tensor a) {
    requireWide("linalg.pinv", a);
    return pinv(a, Math.max(a.size(-2), a.size(-1)) * a.dtype().eps());
  }

  /** The Moore-Penrose inverse; singular values up to {@code rtol} times the largest count as 0. */
  public static Tensor pinv(Tensor a, double rtol) {
    return Dispatch.run(new Pinv(rtol), a);
  }

  // ------------------------------------------------------------------------- factorisations

  /**
   * L with A = L Lᴴ, for a positive definite A; only its Hermitian part (A + Aᴴ)/2 counts. With
   * {@code upper}, Lᴴ.
   */
  public static Tensor cholesky(Tensor a, boolean upper) {
    requireSquare("linalg.cholesky", a);
    Tensor l = Dispatch.run(new Cholesky(), a);
    return upper ? l.mH() : l;
  }

  /** L with A = L Lᴴ; see {@link #cholesky(Tensor, boolean)}. */
  public static Tensor cholesky(Tensor a) {
    return cholesky(a, false);
  }

  /**
   * P L U = A: a permutation, a lower triangle with ones on its diagonal, and an upper triangle.
   * Shape: (*, m, n) → (*, m, m), (*, m, k), (*, k, n) with k the smaller of both.
   */
  public static LuFactors lu(Tensor a) {
    Tensor[] factors = Dispatch.runAll(new Lu(), a);
    return new LuFactors(factors[0], factors[1], factors[2]);
  }

  /**
   * Q R = A, with orthonormal columns in Q and an upper triangle R whose diagonal is real and not
   * negative. Shape: (*, m, n) → (*, m, k), (*, k, n) with k the smaller of both.
   */
  public static QrFactors qr(Tensor a) {
    return qr(a, false);
  }

  /** What of a QR factorisation is wanted. */
  public enum QrMode {
    /** Q (*, m, k) and R (*, k, n), with k the smaller of m and n. */
    REDUCED,
    /** Q (*, m, m) and R (*, m, n). */
    COMPLETE,
    /** R (*, k, n) alone; Q is a tensor of shape (0). */
    R
  }

  /** {@link #qr(Tensor)} in PyTorch's modes. */
  public static QrFactors qr(Tensor a, QrMode mode) {
    QrFactors factors = qr(a, Operands.given("linalg.qr", "mode", mode) == QrMode.COMPLETE);
    return mode == QrMode.R
        ? new QrFactors(Tensor.empty(Shape.of(0), a.dtype(), a.device()), factors.r)
        : factors;
  }

  /** As {@link #qr(Tensor)}; {@code complete} adds columns to Q and zeros to R until k = m. */
  public static QrFactors qr(Tensor a, boolean complete) {
    Tensor[] factors = Dispatch.runAll(new Qr(complete), a);
    return new QrFactors(factors[0], factors[1]);
  }

  /** {@link #svd(Tensor, boolean)} without the rest of the bases. */
  public static SvdFactors svd(Tensor a) {
    return svd(a, false);
  }

  /**
   * The singular values, largest first, and their vectors; the entry of largest magnitude in each
   * column of U is real and positive. Gradients need singular values that differ.
   *
   * <p>Shape: (*, m, n) → (*, m, k), (*, k), (*, k, n) with k the smaller of both; with {@code
   * fullMatrices} U is (*, m, m) and Vh (*, n, n).
   */
  public static SvdFactors svd(Tensor a, boolean fullMatrices) {
    Tensor[] factors = Dispatch.runAll(new Svd(fullMatrices), a);
    return new SvdFactors(factors[0], factors[1], factors[2]);
  }

  /**
   * {@link #svdLowrank(Tensor, int, int, Optional, Generator)} of q = 6 values with two rounds,
   * from this thread's generator.
   */
  public static LowRankFactors svdLowrank(Tensor a) {
    return svdLowrank(a, 6, 2, Optional.empty(), Context.current().generator());
  }

  /**
   * The q largest singular values of A − M and their vectors, nearly: from an orthonormal basis of
   * what A does to random vectors. Exact where the rank of A − M is at most q. For large matrices
   * whose singular values fall off quickly; {@link #svd} is exact, and for small ones faster.
   * Gradients are those of the steps taken, with the random vectors held fixed; they need a rank of
   * at least q.
   *
   * <p>Shape: A (*, m, n), M broadcasts to it → U (*, m, q), S (*, q), V (*, n, q). Source: Halko,
   * Martinsson, Tropp, "Finding structure with randomness", 2011, algorithms 4.4 and 5.1.
   *
   * @param q at least 1; above the smaller of m and n there are no more than that
   * @param niter rounds of subspace iteration, 0 or more: each brings the basis closer
   * @param m M, often the mean of the rows; nothing to subtract nothing
   * @param generator draws the random vectors
   */
  public static LowRankFactors svdLowrank(
      Tensor a, int q, int niter, Optional<? extends Tensor> m, Generator generator) {
    return LowRank.svd("svd_lowrank", a, q, niter, m, generator);
  }

  /** {@link #pcaLowrank(Tensor, int, boolean, int, Generator)}: q is 6, or m or n if smaller. */
  public static LowRankFactors pcaLowrank(Tensor a) {
    Operands.given("linalg.pca_lowrank", "a", a);
    a.spec().requireRank("pca_lowrank", 2);
    int q = (int) Math.min(6, Math.min(a.size(-1), a.size(-2)));
    return pcaLowrank(a, q, true, 2, Context.current().generator());
  }

  /**
   * Principal components of samples, one per row: {@link #svdLowrank} of A less, where {@code
   * center}, the mean of its rows. The columns of V are the principal directions, A V is the
   * projection onto them, and s² / (m − 1) are their variances.
   */
  public static LowRankFactors pcaLowrank(
      Tensor a, int q, boolean center, int niter, Generator generator) {
    Operands.given("linalg.pca_lowrank", "a", a);
    a.spec().requireRank("pca_lowrank", 2);
    long most = Math.min(a.size(-1), a.size(-2));
    if (q > most) {
      throw new IllegalArgumentException(
          "pca_lowrank: " + a.shape() + ", q = " + q + ": must be at most " + most);
    }
    Optional<Tensor> mean = center ? Optional.of(a.mean(-2, true)) : Optional.empty();
    return LowRank.svd("pca_lowrank", a, q, niter, mean, generator);
  }

  /** The singular values, largest first. Shape: (*, m, n) → (*, k). */
  public static Tensor svdvals(Tensor a) {
    return svd(a).s;
  }

  /**
   * Eigenvalues, smallest first, and eigenvectors of a Hermitian (if real, symmetric) matrix; only
   * its Hermitian part (A + Aᴴ)/2 counts. The entry of largest magnitude in each eigenvector is
   * real and positive. Gradients of eigenvectors need eigenvalues that differ.
   */
  public static Eigen eigh(Tensor a) {
    requireSquare("linalg.eigh", a);
    Tensor[] both = Dispatch.runAll(new Eigh(), a);
    return new Eigen(both[0], both[1]);
  }

  /** The eigenvalues of a Hermitian matrix, smallest first. Shape: (*, n, n) → (*, n). */
  public static Tensor eigvalsh(Tensor a) {
    return eigh(a).eigenvalues;
  }

  /**
   * Eigenvalues and eigenvectors of length 1, all complex, for real matrices too. Eigenvalues are
   * ordered by their real and then by their imaginary parts; the entry of largest magnitude in each
   * eigenvector is real and positive. Gradients need eigenvalues that differ.
   */
  public static Eigen eig(Tensor a) {
    requireSquare("linalg.eig", a);
    Tensor[] both = Dispatch.runAll(new Eig(), a);
    return new Eigen(both[0], both[1]);
  }

  /** The eigenvalues, complex, in the order of {@link #eig}. Shape: (*, n, n) → (*, n). */
  public static Tensor eigvals(Tensor a) {
    return eig(a).eigenvalues;
  }

  // --------------------------------------------------------------------------- one number

  /** The determinant. Shape: (*, n, n) → (*). */
  public static Tensor det(Tensor a) {
    requireSquare("linalg.det", a);
    return Dispatch.run(new Det(), a);
  }

  /**
   * The determinant's sign, det / |det|, and the logarithm of its magnitude: for large matrices.
   */
  public static SignAndLog slogdet(Tensor a) {
    requireSquare("linalg.slogdet", a);
    Tensor[] both = Dispatch.runAll(new Slogdet(), a);
    return new SignAndLog(both[0], both[1]);
  }

  /**
   * The logarithm of the determinant: −∞ where it is 0; NaN where it is negative, but of complex
   * matrices the principal value.
   */
  public static Tensor logdet(Tensor a) {
    SignAndLog both = slogdet(a);
    return a.isComplex()
        ? both.logabsdet.add(both.sign.log())
        : both.sign.lt(0).where(Double.NaN, both.logabsdet);
  }

  /** How many singular values are larger than max(m, n) ε times the largest, as int64. */
  public static Tensor matrixRank(Tensor a) {
    return rank(a, svdvals(a));
  }

  /** How many singular values are larger than {@code tol}, as int64. */
  public static Tensor matrixRank(Tensor a, double tol) {
    return svdvals(a).gt(tol).sum(-1);
  }

  private static Tensor rank(Tensor a, Tensor s) {
    if (s.size(-1) == 0) {
      return Tensor.zeros(s.shape().without(-1), DType.INT64, a.device());
    }
    double rtol = Math.max(a.size(-2), a.size(-1)) * a.dtype().eps();
    return s.gt(s.narrow(-1, 0, 1).mul(rtol)).sum(-1);
  }

  /** The condition number in the 2-norm: the largest singular value over the smallest. */
  public static Tensor cond(Tensor a) {
    Tensor s = svdvals(a);
    return s.size(-1) == 0 ? s.sum(-1) : s.select(-1, 0).div(s.select(-1, -1));
  }

  /** The condition number ‖A‖ ‖A⁻¹‖ in another norm, of a square matrix. */
  public static Tensor cond(Tensor a, MatrixNorm p) {
    return p == MatrixNorm.TWO ? cond(a) : matrixNorm(a, p).mul(matrixNorm(inv(a), p));
  }

  // --------------------------------------------------------------------------------- norms

  /** The Euclidean norm of all elements. */
  public static Tensor norm(Tensor x) {
    return vectorNorm(x, 2);
  }

  /** {@link #vectorNorm(Tensor, double, int[], boolean)} of all elements. */
  public static Tensor vectorNorm(Tensor x, double p) {
    Operands.given("linalg.vector_norm", "x", x);
    return vectorNorm(x.reshape(-1), p, new int[] {0}, false);
  }

  /**
   * (Σ |x|ᵖ)^(1/p) along dims, of which all are meant when none is named; for p = ±∞ the largest or
   * smallest |x|, for 0 how many are not 0. Where the norm is 0, so is its gradient.
   */
  public static Tensor vectorNorm(Tensor x, double p, int[] dims, boolean keepdim) {
    Operands.given("linalg.vector_norm", "x", x);
    if (x.isComplex()) {
      return vectorNorm(x.abs(), p, dims, keepdim);
    }
    x.spec().requireFloating("linalg.vector_norm");
    return Statistics.norm(x, p, dims, keepdim);
  }

  /** The norm of each matrix in the last two dimensions. Shape: (*, m, n) → (*). */
  public static Tensor matrixNorm(Tensor a, MatrixNorm ord) {
    return matrixNorm(a, ord, -2, -1, false);
  }

  /** The norm of each matrix that dimensions {@code rows} and {@code columns} span. */
  public static Tensor matrixNorm(
      Tensor a, MatrixNorm ord, int rows, int columns, boolean keepdim) {
    Operands.given("linalg.matrix_norm", "a", a);
    Tensor x = a.movedim(new int[] {rows, columns}, new int[] {-2, -1});
    Tensor norm =
        switch (ord) {
          case FRO -> vectorNorm(x, 2, new int[] {-2, -1}, false);
          case NUC -> svdvals(x).sum(-1);
          case ONE -> x.abs().sum(-2).amax(new int[] {-1}, false);
          case MINUS_ONE -> x.abs().sum(-2).amin(new int[] {-1}, false);
          case INF -> x.abs().sum(-1).amax(new int[] {-1}, false);
          case MINUS_INF -> x.abs().sum(-1).amin(new int[] {-1}, false);
          case TWO -> svdvals(x).amax(new int[] {-1}, false);
          case MINUS_TWO -> svdvals(x).amin(new int[] {-1}, false);
        };
    if (!keepdim) {
      return norm;
    }
    Shape kept = a.shape().with(rows, 1).with(columns, 1);
    return norm.reshape(kept);
  }

  // ------------------------------------------------------------------------------ products

  /** Aⁿ, of the inverse for negative n; A⁰ is the identity. */
  public static Tensor matrixPower(Tensor a, int n) {
    requireSquare("matrix_power", a);
    if (n == 0) {
      return identity(a, a.size(-1)).expand(a.shape()).copy();
    }
    Tensor power = power(n < 0 ? inv(a) : a, Math.abs((long) n)); // an int has no |MIN_VALUE|
    return power == a ? a.copy() : power;
  }

  /** xⁿ for n > 0, by squaring. */
  private static Tensor power(Tensor x, long n) {
    if (n == 1) {
      return x;
    }
    Tensor half = power(x, n / 2);
    Tensor square = half.matmul(half);
    return n % 2 == 0 ? square : square.matmul(x);
  }

  /**
   * Σ Aⁿ / n!, from a Taylor polynomial of A / 2ˢ that is squared s times. The scale depends on the
   * elements, so it waits for a device.
   */
  public static Tensor matrixExp(Tensor a) {
    requireSquare("linalg.matrix_exp", a);
    requireWide("linalg.matrix_exp", a);
    if (a.numel() == 0) {
      return a.copy();
    }
    double norm = matrixNorm(a.detach(), MatrixNorm.ONE).max().item();
    if (!Double.isFinite(norm)) {
      throw new ArithmeticException("linalg.matrix_exp: " + a.spec() + ": holds NaN or infinity");
    }
    int squarings = Math.max(0, Math.getExponent(norm) + 2); // so that the norm is at most 1/2
    Tensor scaled = a.mul(Math.scalb(1.0, -squarings));
    Tensor one = identity(a, a.size(-1)).expand(a.shape());
    Tensor sum = one;
    for (int n = 14; n > 0; n--) { // the first term left out is below 2⁻¹⁵ / 15! ≈ 2e-17
      sum = one.add(scaled.matmul(sum).div(n));
    }
    for (int i = 0; i < squarings; i++) {
      sum = sum.matmul(sum);
    }
    return sum;
  }

  /**
   * The product of a chain of matrices in the order of least arithmetic; the first and the last may
   * be vectors. Source: dynamic programming over split points, as in Cormen et al., "Introduction
   * to Algorithms".
   */
  public static Tensor multiDot(List<Tensor> tensors) {
    int count = tensors.size();
    if (count < 2) {
      throw new IllegalArgumentException("linalg.multi_dot: needs at least two tensors");
    }
    Tensor[] chain = tensors.toArray(Tensor[]::new);
    boolean row = chain[0].rank() == 1;
    boolean column = chain[count - 1].rank() == 1;
    chain[0] = row ? chain[0].unsqueeze(0) : chain[0];
    chain[count - 1] = column ? chain[count - 1].unsqueeze(1) : chain[count - 1];
    for (Tensor tensor : chain) {
      if (tensor.rank() != 2) {
        throw new ShapeException(
            "linalg.multi_dot: " + tensor.shape() + ": all but the ends must be matrices");
      }
    }
    int[][] splits = splits(chain);
    Tensor product = product(chain, splits, 0, count - 1);
    product = row ? product.squeeze(0) : product;
    return column ? product.squeeze(-1) : product;
  }

  /** Where to split the product of factors i to j: behind factor {@code splits[i][j]}. */
  private static int[][] splits(Tensor[] chain) {
    int count = chain.length;
    double[][] cost = new double[count][count];
    int[][] splits = new int[count][count];
    for (int length = 2; length <= count; length++) {
      for (int i = 0; i + length <= count; i++) {
        int j = i + length - 1;
        cost[i][j] = Double.POSITIVE_INFINITY;
        for (int k = i; k < j; k++) {
          double own = (double) chain[i].size(0) * chain[k].size(1) * chain[j].size(1);
          double total = cost[i][k] + cost[k + 1][j] + own;
          if (total < cost[i][j]) {
            cost[i][j] = total;
            splits[i][j] = k;
          }
        }
      }
    }
    return splits;
  }

  private static Tensor product(Tensor[] chain, int[][] splits, int i, int j) {
    if (i == j) {
      return chain[i];
    }
    int k = splits[i][j];
    return product(chain, splits, i, k).mm(product(chain, splits, k + 1, j));
  }

  /**
   * The powers 0 to n − 1 of each element, as a row; those of integers are int64. Shape: (*, k) →
   * (*, k, n).
   */
  public static Tensor vander(Tensor numbers, int n) {
    Operands.given("linalg.vander", "numbers", numbers);
    if (n < 1) {
      throw new IllegalArgumentException(
          "linalg.vander: n = " + n + ": the number of columns must be at least 1");
    }
    numbers.spec().requireNumeric("linalg.vander").requireRank("linalg.vander", 1);
    Tensor x = numbers.dtype().isInteger() ? numbers.to(DType.INT64) : numbers;
    Tensor[] powers = new Tensor[n];
    for (int i = 0; i < n; i++) {
      powers[i] = i == 0 ? Tensor.onesLike(x) : powers[i - 1].mul(x);
    }
    return Tensor.stack(Arrays.asList(powers), -1);
  }

  // ---------------------------------------------------------------------------------------

  private static Tensor identity(Tensor like, long n) {
    Tensor numbers = Tensor.arange(n);
    return numbers.unsqueeze(1).eq(numbers).to(like.device()).to(like.dtype());
  }

  /** The two with one batch, to which both broadcast. */
  private static Tensor[] sameBatch(String op, Tensor a, Tensor b) {
    Operands.given(op, "b", b).spec().requireRank(op, 2);
    Shape batchA = a.shape().slice(0, a.rank() - 2);
    Shape batchB = b.shape().slice(0, b.rank() - 2);
    Shape batch = Shape.broadcast(op, batchA, batchB);
    return new Tensor[] {
      a.expand(batch.concat(a.shape().slice(a.rank() - 2, a.rank()))),
      b.expand(batch.concat(b.shape().slice(b.rank() - 2, b.rank())))
    };
  }

  private static void requireSquare(String op, Tensor a) {
    Operands.given(op, "the matrix", a).spec().requireRank(op, 2);
    if (a.size(-1) != a.size(-2)) {
      throw new ShapeException(op + ": " + a.shape() + ": must be square matrices");
    }
  }

  private static void requireWide(String op, Tensor a) {
    Operands.given(op, "the matrix", a).spec().requireRank(op, 2);
    if (!a.isComplex()) {
      a.spec().requireFull(op);
    }
  }
}
