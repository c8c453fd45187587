package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Products of matrices. */
final class MatrixRows {

  private MatrixRows() {}

  static void addTo(Rows rows) {
    rows.one("torch.bmm", a -> a.input().matmul(a.tensor("mat2")));
    rows.one("torch.dot", a -> a.input().matmul(a.tensor("tensor")));
    rows.binary("torch.matmul", Tensor::matmul);
    rows.one("torch.mm", a -> a.input().mm(a.tensor("mat2")));
    rows.one("torch.mv", a -> a.input().matmul(a.tensor("vec")));
  }
}
