package dev.weft.golden;

import dev.weft.engine.Linalg;
import dev.weft.engine.MatrixNorm;
import dev.weft.engine.Tensor;
import dev.weft.nn.Functional;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Linear algebra, and distances. */
final class LinalgRows {

  private LinalgRows() {}

  static void addTo(Rows rows) {
    addEquations(rows);
    addFactors(rows);
    addNumbers(rows);
    addProducts(rows);
    rows.function("pdist", a -> Functional.pdist(a.input(), a.number("p", 2)));
    rows.function(
        "pairwise_distance",
        a ->
            Functional.pairwiseDistance(
                a.tensor("x1"),
                a.tensor("x2"),
                a.number("p", 2),
                a.number("eps", 1e-6),
                a.flag("keepdim", false)));
    rows.one("torch.cdist", a -> a.tensor("x1").cdist(a.tensor("x2"), a.number("p", 2)));
  }

  /** A function of the matrix A alone. */
  private static void of(Rows rows, String name, UnaryOperator<Tensor> call) {
    rows.one("torch.linalg." + name, a -> call.apply(a.tensor("A")));
  }

  /**
   * The manifest's symmetric matrices are the symmetric part of what it stores, so that it makes no
   * difference which triangle is read.
   */
  private static Tensor symmetric(Arguments a) {
    a.text("UPLO", "L");
    Tensor x = a.tensor("A");
    return x.add(x.mT()).div(2.0);
  }

  private static void addEquations(Rows rows) {
    of(rows, "inv", Linalg::inv);
    of(rows, "pinv", Linalg::pinv);
    rows.one("torch.linalg.solve", a -> Linalg.solve(a.tensor("A"), a.tensor("B")));
    rows.one(
        "torch.linalg.solve_triangular",
        a ->
            Linalg.solveTriangular(
                a.tensor("A"),
                a.tensor("B"),
                a.flag("upper", false),
                a.flag("left", true),
                a.flag("unitriangular", false)));
    rows.one(
        "torch.cholesky_solve",
        a -> Linalg.choleskySolve(a.input(), a.tensor("input2"), a.flag("upper", false)));
    rows.one(
        "torch.cholesky_inverse", a -> Linalg.choleskyInverse(a.input(), a.flag("upper", false)));
    rows.one("torch.linalg.lstsq", a -> Linalg.lstsq(a.tensor("A"), a.tensor("B")).solution());
  }

  private static void addFactors(Rows rows) {
    rows.one("torch.linalg.cholesky", a -> Linalg.cholesky(symmetric(a), a.flag("upper", false)));
    rows.many(
        "torch.linalg.lu",
        a -> {
          var lu = Linalg.lu(a.tensor("A"));
          return List.of(lu.p(), lu.l(), lu.u());
        });
    rows.many(
        "torch.linalg.qr",
        a -> {
          var qr = Linalg.qr(a.tensor("A"), a.text("mode", "reduced").equals("complete"));
          return List.of(qr.q(), qr.r());
        });
    rows.many(
        "torch.linalg.svd",
        a -> {
          var svd = Linalg.svd(a.tensor("A"), a.flag("full_matrices", false));
          return List.of(svd.u(), svd.s(), svd.vh());
        });
    of(rows, "svdvals", Linalg::svdvals);
    rows.many(
        "torch.linalg.eigh",
        a -> {
          var eigen = Linalg.eigh(symmetric(a));
          return List.of(eigen.eigenvalues(), eigen.eigenvectors());
        });
    rows.one("torch.linalg.eigvalsh", a -> Linalg.eigvalsh(symmetric(a)));
  }

  private static void addNumbers(Rows rows) {
    of(rows, "det", Linalg::det);
    rows.many(
        "torch.linalg.slogdet",
        a -> {
          var both = Linalg.slogdet(a.tensor("A"));
          return List.of(both.sign(), both.logabsdet());
        });
    rows.unary("torch.logdet", Linalg::logdet);
    rows.one(
        "torch.linalg.cond",
        a ->
            a.has("p") ? Linalg.cond(a.tensor("A"), norm(a.get("p"))) : Linalg.cond(a.tensor("A")));
    rows.one(
        "torch.linalg.matrix_rank",
        a ->
            a.has("tol")
                ? Linalg.matrixRank(a.tensor("A"), a.number("tol"))
                : Linalg.matrixRank(a.tensor("A")));
    rows.one("torch.linalg.norm", LinalgRows::anyNorm);
    rows.one("torch.linalg.matrix_norm", LinalgRows::matrixNorm);
    rows.one(
        "torch.linalg.vector_norm",
        a ->
            a.has("dim")
                ? Linalg.vectorNorm(
                    a.tensor("x"), a.number("ord", 2), a.ints("dim"), a.flag("keepdim", false))
                : Linalg.vectorNorm(a.tensor("x"), a.number("ord", 2)));
  }

  private static Tensor matrixNorm(Arguments a) {
    int[] dims = a.has("dim") ? a.ints("dim") : new int[] {-2, -1};
    MatrixNorm order = a.has("ord") ? norm(a.get("ord")) : MatrixNorm.FRO;
    return Linalg.matrixNorm(a.tensor("A"), order, dims[0], dims[1], a.flag("keepdim", false));
  }

  /** Of vectors, of matrices or, without an order, of all elements. */
  private static Tensor anyNorm(Arguments a) {
    Tensor x = a.tensor("A");
    boolean keepdim = a.flag("keepdim", false);
    int[] dims = a.has("dim") ? a.ints("dim") : new int[0];
    if (!a.has("ord")) {
      return Linalg.vectorNorm(x, 2, dims, keepdim);
    }
    return dims.length == 2 || dims.length == 0 && x.rank() == 2
        ? matrixNorm(a)
        : Linalg.vectorNorm(x, a.number("ord"), dims, keepdim);
  }

  private static MatrixNorm norm(Object order) {
    if (order instanceof String name) {
      return MatrixNorm.valueOf(name.toUpperCase(Locale.ROOT));
    }
    double number = ((Number) order).doubleValue();
    String size =
        Math.abs(number) == 1
            ? "ONE"
            : Math.abs(number) == 2 ? "TWO" : Double.isInfinite(number) ? "INF" : "of " + order;
    return MatrixNorm.valueOf(number < 0 ? "MINUS_" + size : size);
  }

  private static void addProducts(Rows rows) {
    of(rows, "matrix_exp", Linalg::matrixExp);
    rows.one("torch.linalg.cross", a -> a.input().cross(a.other(), a.dim("dim", -1)));
    rows.one("torch.linalg.vecdot", a -> a.tensor("x").vecdot(a.tensor("y"), a.dim("dim", -1)));
    rows.one(
        "torch.linalg.vander",
        a -> Linalg.vander(a.tensor("x"), a.dim("N", (int) a.tensor("x").size(-1))));
    rows.one(
        "torch.linalg.diagonal",
        a -> a.tensor("A").diagonal(a.whole("offset", 0), a.dim("dim1", -2), a.dim("dim2", -1)));
    rows.one("torch.cov", a -> a.input().cov(a.whole("correction", 1)));
    rows.unary("torch.corrcoef", Tensor::corrcoef);
  }
}
