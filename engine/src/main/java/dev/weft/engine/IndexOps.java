package dev.weft.engine;

import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.Take;
import java.util.ArrayList;
import java.util.Arrays;

/** Operations of {@link Tensor} that pick or place elements by index. */
public sealed interface IndexOps permits Tensor {

  /** Rows (slices of {@code dim}) by index. See {@link IndexSelect}. */
  default Tensor indexSelect(int dim, Tensor index) {
    Tensor x = (Tensor) this;
    return Dispatch.run(new IndexSelect(x.shape().dim(dim)), x, index);
  }

  /** x plus {@code source}'s rows, each added to the row its index names. */
  default Tensor indexAdd(int dim, Tensor index, Tensor source) {
    Tensor x = (Tensor) this;
    int axis = x.shape().dim(dim);
    var op = new IndexSum(axis, x.size(axis));
    requireSameDtype("index_add", x, source);
    return x.add(Dispatch.run(op, index, source));
  }

  private static void requireSameDtype(String op, Tensor x, Tensor source) {
    if (x.dtype() != source.dtype()) {
      throw new DTypeException(
          op
              + ": "
              + x.spec()
              + " and source "
              + source.spec()
              + ": dtypes differ; convert one with x.to(dtype)");
    }
  }

  /** One element per index. See {@link Gather}. */
  default Tensor gather(int dim, Tensor index) {
    Tensor x = (Tensor) this;
    return Dispatch.run(new Gather(x.rank() == 0 ? dim : x.shape().dim(dim)), x, index);
  }

  /**
   * A copy with {@code source}'s elements in the places that {@code index} names. See {@link
   * Scatter}.
   */
  default Tensor scatter(int dim, Tensor index, Tensor source) {
    Tensor x = (Tensor) this;
    return Dispatch.run(new Scatter(x.shape().dim(dim)), x, index, source);
  }

  /** A copy with {@code value} in the places that {@code index} names. */
  default Tensor scatter(int dim, Tensor index, double value) {
    Tensor x = (Tensor) this;
    return scatter(
        dim, index, Tensor.full(index.shape(), value, DType.FLOAT64, x.device()).to(x.dtype()));
  }

  /** x plus {@code source}'s elements, each added in the place that its index names. */
  default Tensor scatterAdd(int dim, Tensor index, Tensor source) {
    Tensor x = (Tensor) this;
    if (Context.current().autocast().isEmpty()) { // which would compute in the wider of the two
      requireSameDtype("scatter_add", x, source);
    }
    return x.add(Dispatch.run(new ScatterSum(x.shape().dim(dim), x.shape()), index, source));
  }

  /** Elements of the tensor, seen as one row, at these positions. See {@link Take}. */
  default Tensor take(Tensor index) {
    return Dispatch.run(new Take(), (Tensor) this, index);
  }

  /** Draws {@code count} indices with replacement, weighted by the elements of each row. */
  default Tensor multinomial(long count, Generator generator) {
    return multinomial(count, true, generator);
  }

  /** Draws {@code count} indices weighted by the elements of each row. See {@link Multinomial}. */
  default Tensor multinomial(long count, boolean replacement, Generator generator) {
    Tensor x = (Tensor) this;
    long rows = x.rank() < 2 ? 1 : x.size(0);
    long offset = generator.reserve(rows * count);
    return Dispatch.run(new Multinomial(count, replacement, generator.seed(), offset), x);
  }

  /**
   * All ways to take {@code count} elements of a row, as the rows of a matrix, in the order of
   * their positions.
   *
   * @param replacement whether an element may be taken more than once
   */
  default Tensor combinations(int count, boolean replacement) {
    Tensor x = (Tensor) this;
    if (x.rank() != 1) {
      throw new ShapeException("combinations: " + x.shape() + ": must be a row");
    }
    if (count < 1) {
      throw new IllegalArgumentException("combinations: of " + count + ": must be at least 1");
    }
    long n = x.numel();
    var positions = new ArrayList<long[]>();
    long[] next = new long[count];
    for (int i = 0; i < count; i++) {
      next[i] = replacement ? 0 : i;
    }
    while (next[count - 1] < n) {
      positions.add(next.clone());
      int i = count - 1; // the last place that can still move on
      while (i > 0 && next[i] == (replacement ? n - 1 : n - count + i)) {
        i--;
      }
      next[i]++;
      for (int k = i + 1; k < count; k++) {
        next[k] = next[k - 1] + (replacement ? 0 : 1);
      }
    }
    long[] flat = positions.stream().flatMapToLong(Arrays::stream).toArray();
    return x.indexSelect(0, Tensor.of(flat).to(x.device())).reshape(positions.size(), count);
  }
}
