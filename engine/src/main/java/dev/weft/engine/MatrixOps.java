package dev.weft.engine;

import dev.weft.engine.op.Matmul;

/** Products of {@link Tensor}. */
public sealed interface MatrixOps permits Tensor {

  /**
   * The matrix product, with PyTorch's rules: a vector on the left is a row, on the right a column,
   * and loses that dimension again; leading dimensions broadcast.
   */
  default Tensor matmul(Tensor other) {
    Tensor a = (Tensor) this;
    Tensor b = other;
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
    return Dispatch.run(new Matmul(), (Tensor) this, other);
  }
}
