package dev.weft.engine;

import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterReduce;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.Take;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations of {@link Tensor} that pick or place elements by index. */
public sealed interface IndexOps permits Tensor {

  /** Rows (slices of {@code dim}) by index. See {@link IndexSelect}. */
  default Tensor indexSelect(int dim, Tensor index) {
    Tensor x = (Tensor) this;
    return Dispatch.run(new IndexSelect(x.spec().dim("indexSelect", dim)), x, index);
  }

  /** x plus {@code source}'s rows, each added to the row its index names. */
  default Tensor indexAdd(int dim, Tensor index, Tensor source) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("indexAdd", dim);
    var op = new IndexSum(axis, x.size(axis));
    requireSameDtype("index_add", x, source);
    return Operands.wide(x, w -> w.add(Dispatch.run(op, index, Operands.like(w, source))));
  }

  private static void requireSameDtype(String op, Tensor x, Tensor source) {
    Operands.given(op, "source", source);
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
    return Dispatch.run(new Gather(along("gather", dim)), x, index);
  }

  /** The dimension's number; a scalar counts as one element along dimension 0, as in PyTorch. */
  private int along(String op, int dim) {
    TensorSpec spec = ((Tensor) this).spec();
    return spec.rank() == 0 && (dim == 0 || dim == -1) ? 0 : spec.dim(op, dim);
  }

  /**
   * A copy with {@code source}'s elements in the places that {@code index} names. See {@link
   * Scatter}.
   */
  default Tensor scatter(int dim, Tensor index, Tensor source) {
    Operands.given("scatter", "index", index);
    Tensor x = (Tensor) this;
    return Dispatch.run(new Scatter(along("scatter", dim)), x, index, source);
  }

  /** A copy with {@code value} in the places that {@code index} names. */
  default Tensor scatter(int dim, Tensor index, double value) {
    Operands.given("scatter", "index", index);
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
    var op = new ScatterSum(along("scatterAdd", dim), x.shape());
    return x.dtype() == source.dtype()
        ? Operands.wide(x, w -> w.add(Dispatch.run(op, index, Operands.like(w, source))))
        : x.add(Dispatch.run(op, index, source));
  }

  /**
   * The positions, one tensor for each dimension of {@code shape}, of elements that are numbered
   * row by row; negative numbers count from the end.
   */
  default List<Tensor> unravelIndex(Shape shape) {
    Tensor x = (Tensor) this;
    x.spec().requireIndex("unravel_index");
    long count = shape.numel();
    boolean known = x.numel() > 0 && !x.device().isMeta();
    if (known && (x.max().itemLong() >= count || x.min().itemLong() < -count)) {
      throw new IndexException(
          "unravel_index: "
              + x.min().itemLong()
              + " to "
              + x.max().itemLong()
              + " in "
              + shape
              + ": must be from "
              + -count
              + " to "
              + (count - 1));
    }
    Tensor rest = x.lt(0L).where(x.add(count), x);
    var places = new ArrayList<Tensor>();
    for (int d = shape.rank() - 1; d >= 0; d--) {
      places.addFirst(rest.remainder(shape.size(d)));
      rest = rest.floorDivide(shape.size(d));
    }
    return List.copyOf(places);
  }

  /** Elements of the tensor, seen as one row, at these positions. See {@link Take}. */
  default Tensor take(Tensor index) {
    return Dispatch.run(new Take(), (Tensor) this, index);
  }

  /** {@link #takeAlongDim(Tensor, int)} of all elements as one row; the index as one, too. */
  default Tensor takeAlongDim(Tensor index) {
    Operands.given("take_along_dim", "index", index);
    return ((Tensor) this).reshape(-1).gather(0, index.reshape(-1));
  }

  /** {@link #gather} after both are broadcast to each other outside {@code dim}. */
  default Tensor takeAlongDim(Tensor index, int dim) {
    Operands.given("take_along_dim", "index", index);
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("takeAlongDim", dim);
    if (x.rank() != index.rank()) {
      throw new ShapeException(
          "take_along_dim: " + x.shape() + ", index " + index.shape() + ": ranks differ");
    }
    Shape around =
        Shape.broadcast("take_along_dim", x.shape().with(axis, 1), index.shape().with(axis, 1));
    return x.expand(around.with(axis, x.size(axis)))
        .gather(axis, index.expand(around.with(axis, index.size(axis))));
  }

  /**
   * A copy in which {@code source}'s elements replace, or add to, those at the positions that
   * {@code index} names in the tensor seen as one row; negative ones count from the end.
   */
  default Tensor put(Tensor index, Tensor source, boolean accumulate) {
    Operands.given("put", "index", index);
    Tensor x = (Tensor) this;
    index.spec().requireIndex("put");
    if (!index.shape().equals(source.shape())) {
      throw new ShapeException(
          "put: index " + index.shape() + " and source " + source.shape() + ": shapes differ");
    }
    Tensor places = index.lt(0).where(index.add(x.numel()), index).reshape(-1);
    Tensor flat = x.reshape(-1);
    Tensor values = source.reshape(-1);
    return (accumulate ? flat.scatterAdd(0, places, values) : flat.scatter(0, places, values))
        .reshape(x.shape());
  }

  /** A copy with {@code source}'s slices in the place of those that {@code index} names. */
  default Tensor indexCopy(int dim, Tensor index, Tensor source) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("indexCopy", dim);
    requireSlices("index_copy", x, axis, index, source);
    return x.scatter(axis, along(axis, index, source.shape()), source);
  }

  /**
   * A copy with {@code value} in the slices that {@code index} names; negative ones from the end.
   */
  default Tensor indexFill(int dim, Tensor index, double value) {
    Operands.given("index_fill", "index", index);
    Tensor x = (Tensor) this;
    x.dtype().requireHolds("index_fill", value);
    return indexFill(dim, index, Tensor.full(Shape.SCALAR, value, x.dtype(), x.device()));
  }

  /** As {@link #indexFill(int, Tensor, double)}, with a tensor of one element. */
  default Tensor indexFill(int dim, Tensor index, Tensor value) {
    Operands.given("index_fill", "index", index);
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("indexFill", dim);
    index.spec().requireIndex("index_fill");
    if (index.rank() > 1 || value.rank() != 0) {
      throw new ShapeException(
          "index_fill: index "
              + index.shape()
              + ", value "
              + value.shape()
              + ": needs a row of indices and a scalar");
    }
    Shape slices = x.shape().with(axis, index.numel());
    Tensor places = index.lt(0).where(index.add(x.size(axis)), index);
    return x.scatter(axis, along(axis, places, slices), value.to(x.dtype()).expand(slices));
  }

  /** A row of indices of slices as indices of elements, for {@link #scatter}. */
  private static Tensor along(int axis, Tensor index, Shape shape) {
    long[] sizes = new long[shape.rank()];
    Arrays.fill(sizes, 1);
    sizes[axis] = index.numel();
    return index.reshape(sizes).expand(shape);
  }

  /**
   * A copy in which {@code source}'s elements are combined with those in the places that {@code
   * index} names. See {@link ScatterReduce}.
   *
   * @param includeSelf whether the element that was there takes part; where it does not, places
   *     that no index names still keep it
   */
  default Tensor scatterReduce(
      int dim, Tensor index, Tensor source, ScatterReduction reduction, boolean includeSelf) {
    Tensor x = (Tensor) this;
    if (reduction == ScatterReduction.AMAX || reduction == ScatterReduction.AMIN) {
      x.spec().requireReal("scatter_reduce");
    }
    int axis = x.spec().dim("scatterReduce", dim);
    double neutral =
        switch (reduction) {
          case SUM, MEAN -> 0;
          case PROD -> 1;
          case AMAX -> x.dtype().isFloating() ? Double.NEGATIVE_INFINITY : x.dtype().min();
          case AMIN -> x.dtype().isFloating() ? Double.POSITIVE_INFINITY : x.dtype().max();
        };
    if (reduction == ScatterReduction.MEAN && x.dtype() == source.dtype() && x.dtype().isHalf()) {
      Tensor w = x.to(DType.FLOAT32);
      return w.scatterReduce(axis, index, source.to(w.dtype()), reduction, includeSelf)
          .to(x.dtype());
    }
    Tensor start = includeSelf ? x : x.scatter(axis, index, neutral);
    return switch (reduction) {
      case SUM -> start.scatterAdd(axis, index, source);
      case PROD -> combined(ScatterReduce.Kind.PROD, axis, start, index, source);
      case AMAX -> combined(ScatterReduce.Kind.AMAX, axis, start, index, source);
      case AMIN -> combined(ScatterReduce.Kind.AMIN, axis, start, index, source);
      case MEAN -> {
        Tensor ones = Tensor.ones(index.shape(), x.dtype(), x.device());
        Tensor met = Dispatch.run(new ScatterSum(axis, x.shape()), index, ones);
        Tensor count = includeSelf ? met.add(1) : met.maximum(Tensor.onesLike(met));
        Tensor sum = start.scatterAdd(axis, index, source);
        yield x.dtype().isInexact() ? sum.div(count) : sum.floorDivide(count);
      }
    };
  }

  /**
   * A copy in which {@code source}'s slices are combined with those that {@code index} names:
   * {@link #scatterReduce} with a row of indices of slices.
   */
  default Tensor indexReduce(
      int dim, Tensor index, Tensor source, ScatterReduction reduction, boolean includeSelf) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("indexReduce", dim);
    requireSameDtype("index_reduce", x, source);
    requireSlices("index_reduce", x, axis, index, source);
    return x.scatterReduce(
        axis, along(axis, index, source.shape()), source, reduction, includeSelf);
  }

  private static void requireSlices(String op, Tensor x, int axis, Tensor index, Tensor source) {
    Operands.given(op, "index", index);
    Operands.given(op, "source", source);
    Shape wanted = x.shape().with(axis, index.numel());
    if (index.rank() > 1 || !source.shape().equals(wanted)) {
      throw new ShapeException(
          op
              + ": "
              + x.shape()
              + ", index "
              + index.shape()
              + ", source "
              + source.shape()
              + ": needs a row of indices and a source of "
              + wanted);
    }
  }

  private static Tensor combined(
      ScatterReduce.Kind kind, int axis, Tensor x, Tensor index, Tensor source) {
    return Dispatch.run(new ScatterReduce(axis, kind), x, index, source);
  }

  /** A copy with {@code source} as the slice at {@code index} of dimension {@code dim}. */
  default Tensor selectScatter(Tensor source, int dim, long index) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("selectScatter", dim);
    requireFills("select_scatter", source, x.select(axis, index).shape());
    long place = index < 0 ? index + x.size(axis) : index;
    Tensor row = source.to(x.dtype()).unsqueeze(axis);
    return x.indexCopy(axis, Tensor.of(place).to(x.device()), row);
  }

  /** A copy with {@code source} in the place of {@code slice(dim, start, end, step)}. */
  default Tensor sliceScatter(Tensor source, int dim, long start, long end, long step) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("sliceScatter", dim);
    requireFills("slice_scatter", source, x.slice(axis, start, end, step).shape());
    Tensor places = Tensor.arange(x.size(axis)).slice(0, start, end, step);
    return x.indexCopy(axis, places.to(x.device()), source.to(x.dtype()));
  }

  /** A copy with {@code source} as {@code diagonal(offset, dim1, dim2)}. */
  default Tensor diagonalScatter(Tensor source, long offset, int dim1, int dim2) {
    Tensor x = (Tensor) this;
    requireFills("diagonal_scatter", source, x.diagonal(offset, dim1, dim2).shape());
    Tensor places = Tensor.arange(x.numel()).reshape(x.shape()).diagonal(offset, dim1, dim2);
    return x.put(places.to(x.device()), source.to(x.dtype()), false);
  }

  private static void requireFills(String op, Tensor source, Shape part) {
    Operands.given(op, "source", source);
    if (!source.shape().equals(part)) {
      throw new ShapeException(
          op + ": source " + source.shape() + " does not fill the " + part + " it replaces");
    }
  }

  /**
   * {@code x[…]} as in Python: a view where positions and ranges pick the elements, a copy where
   * tensors do. See {@link Index}.
   */
  default Tensor get(Index... indices) {
    return Indexer.of((Tensor) this, indices).get();
  }

  /** A copy with {@code values} in the place of {@code x[…]}. */
  default Tensor indexPut(Tensor values, Index... indices) {
    return indexPut(values, false, indices);
  }

  /**
   * A copy in which {@code values}, which broadcast, replace, or add to, what {@link #get} picks.
   * Where elements are picked more than once, the last value wins or all are added.
   */
  default Tensor indexPut(Tensor values, boolean accumulate, Index... indices) {
    Tensor x = (Tensor) this;
    Tensor places = Indexer.positions(x.shape(), x.device(), indices);
    requireSameDtype("index_put", x, values);
    if (!values.shape().broadcastsTo(places.shape())) {
      throw new ShapeException(
          "index_put: values " + values.shape() + " do not broadcast to " + places.shape());
    }
    return x.put(places, values.expand(places.shape()), accumulate);
  }

  /**
   * Draws {@code count} different indices, weighted by the elements of each row, from this thread's
   * generator.
   */
  default Tensor multinomial(long count) {
    return multinomial(count, false);
  }

  /**
   * Draws {@code count} indices weighted by the elements of each row, from this thread's generator.
   */
  default Tensor multinomial(long count, boolean replacement) {
    return multinomial(count, replacement, Context.current().generator());
  }

  /** Draws {@code count} different indices, weighted by the elements of each row. */
  default Tensor multinomial(long count, Generator generator) {
    return multinomial(count, false, generator);
  }

  /** Draws {@code count} indices weighted by the elements of each row. See {@link Multinomial}. */
  default Tensor multinomial(long count, boolean replacement, Generator generator) {
    Operands.given("multinomial", "the generator", generator);
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
    if (count < 0) {
      throw new IllegalArgumentException("combinations: of " + count + ": must be 0 or more");
    }
    if (count == 0) { // a row without elements, as in PyTorch
      return x.narrow(0, 0, 0);
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
