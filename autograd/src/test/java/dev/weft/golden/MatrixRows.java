package dev.weft.golden;

import dev.weft.engine.Linalg;
import dev.weft.engine.Tensor;
import java.util.List;

/** Products of vectors and matrices. */
final class MatrixRows {

  private MatrixRows() {}

  /** A method like addmm: β input + α product. */
  private interface Added {
    Tensor apply(Tensor x, Tensor a, Tensor b, double beta, double alpha);
  }

  static void addTo(Rows rows) {
    rows.binary("torch.matmul", Tensor::matmul);
    rows.one("torch.bmm", a -> a.input().bmm(a.tensor("mat2")));
    rows.one("torch.dot", a -> a.input().dot(a.tensor("tensor")));
    rows.one("torch.mm", a -> a.input().mm(a.tensor("mat2")));
    rows.one("torch.mv", a -> a.input().mv(a.tensor("vec")));
    rows.binary("torch.inner", Tensor::inner);
    rows.one("torch.outer", a -> a.input().outer(a.tensor("vec2")));
    rows.binary("torch.kron", Tensor::kron);
    added(rows, "torch.addbmm", "batch1", "batch2", Tensor::addbmm);
    added(rows, "torch.addmm", "mat1", "mat2", Tensor::addmm);
    added(rows, "torch.addmv", "mat", "vec", Tensor::addmv);
    added(rows, "torch.addr", "vec1", "vec2", Tensor::addr);
    added(rows, "torch.baddbmm", "batch1", "batch2", Tensor::baddbmm);
    rows.one(
        "torch.einsum",
        a -> Tensor.einsum(a.text("equation", ""), a.list("operands").toArray(Tensor[]::new)));
    rows.one("torch.tensordot", MatrixRows::tensordot);
    rows.one("torch.matrix_power", a -> Linalg.matrixPower(a.input(), a.dim("n")));
    rows.one("torch.linalg.multi_dot", a -> Linalg.multiDot(a.list("tensors")));
  }

  private static void added(Rows rows, String op, String first, String second, Added call) {
    rows.one(
        op,
        a ->
            call.apply(
                a.input(),
                a.tensor(first),
                a.tensor(second),
                a.number("beta", 1),
                a.number("alpha", 1)));
  }

  private static Tensor tensordot(Arguments a) {
    if (!(a.get("dims") instanceof List<?> pair)) {
      return a.tensor("a").tensordot(a.tensor("b"), a.dim("dims", 2));
    }
    return a.tensor("a").tensordot(a.tensor("b"), ints(pair.get(0)), ints(pair.get(1)));
  }

  private static int[] ints(Object list) {
    return ((List<?>) list).stream().mapToInt(n -> Math.toIntExact((Long) n)).toArray();
  }
}
