package dev.weft.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What {@code x[…]} means: positions and ranges make a view, tensors pick from it.
 *
 * <p>The rules are PyTorch's: integer positions are applied first. Index tensors broadcast to one
 * shape, which takes the place of the dimensions they index where those lie side by side, and comes
 * first where they do not.
 *
 * @param view what positions, ranges and new axes leave
 * @param dims the dimensions of the view that tensors index, ascending
 * @param indices their tensors, of one shape, with values from 0
 */
record Indexer(Tensor view, List<Integer> dims, List<Tensor> indices) {

  static Indexer of(Tensor x, Index... indices) {
    int free = x.rank() - Arrays.stream(indices).mapToInt(Indexer::dimensions).sum();
    if (free < 0) {
      throw new IndexException(
          text(x, indices) + ": names " + (x.rank() - free) + " of " + x.rank() + " dimensions");
    }
    if (Arrays.stream(indices).filter(i -> i == Index.Marker.ELLIPSIS).count() > 1) {
      throw new IndexException(text(x, indices) + ": has more than one ellipsis");
    }
    Tensor view = x;
    var dims = new ArrayList<Integer>();
    var tensors = new ArrayList<Tensor>();
    int dim = 0;
    for (Index index : indices) {
      switch (index) {
        case Index.At(long position) -> view = view.select(dim, position);
        case Index.Range(long from, long to, long step) -> view = view.slice(dim++, from, to, step);
        case Index.Marker marker -> {
          if (marker == Index.Marker.ELLIPSIS) {
            dim += free;
          } else {
            view = view.unsqueeze(dim++);
          }
        }
        case Tensor tensor -> {
          if (tensor.dtype() != DType.BOOL) {
            tensors.add(wrapped(tensor, view, dim));
            dims.add(dim++);
            continue;
          }
          if (tensor.rank() == 0) { // true keeps a new dimension of 1, false one of 0
            view = view.unsqueeze(dim);
            tensor = tensor.reshape(1);
          }
          requireMaskFits(tensor, view, dim);
          for (Tensor places : tensor.nonzero().unbind(1)) {
            tensors.add(places);
            dims.add(dim++);
          }
        }
      }
    }
    return new Indexer(view, dims, broadcast(x, tensors, indices));
  }

  /** How many dimensions an index uses up. */
  private static int dimensions(Index index) {
    return switch (index) {
      case Index.At _, Index.Range _ -> 1;
      case Index.Marker _ -> 0;
      case Tensor tensor -> tensor.dtype() == DType.BOOL ? tensor.rank() : 1;
    };
  }

  private static String text(Tensor x, Index... indices) {
    return "index "
        + Arrays.stream(indices)
            .map(i -> i instanceof Tensor t ? t.spec().toString() : i.toString())
            .collect(Collectors.joining(", ", "[", "]"))
        + " of "
        + x.shape();
  }

  private static void requireMaskFits(Tensor mask, Tensor view, int dim) {
    if (!mask.shape().equals(view.shape().slice(dim, dim + mask.rank()))) {
      throw new IndexException(
          "index: a mask of "
              + mask.shape()
              + " does not fit dimensions "
              + dim
              + " to "
              + (dim + mask.rank() - 1)
              + " of "
              + view.shape());
    }
  }

  /** The index with negative values counted from the end. Where there is memory, it is checked. */
  private static Tensor wrapped(Tensor index, Tensor view, int dim) {
    index.spec().requireIndex("index");
    long size = view.size(dim);
    if (index.numel() == 0 || index.device().isMeta()) {
      return index;
    }
    long least = index.min().itemLong();
    long most = index.max().itemLong();
    if (least < -size || most >= size) {
      throw new IndexException(
          "index: "
              + (least < -size ? least : most)
              + " is outside dimension "
              + dim
              + " of "
              + view.shape());
    }
    return least < 0 ? index.lt(0).where(index.add(size), index) : index;
  }

  private static List<Tensor> broadcast(Tensor x, List<Tensor> tensors, Index... indices) {
    Shape shape = Shape.SCALAR;
    for (Tensor tensor : tensors) {
      shape = Shape.broadcast(text(x, indices), shape, tensor.shape());
    }
    Shape common = shape;
    return tensors.stream().map(t -> t.to(DType.INT64).expand(common)).toList();
  }

  /** The elements: a view where no tensor picks them, else a copy. */
  Tensor get() {
    if (indices.isEmpty()) {
      return view;
    }
    int first = first();
    int last = first + dims.size();
    Tensor x = view.movedim(ints(dims), IntStream.range(first, last).toArray());
    Tensor rows = x.flatten(first, last - 1);
    Tensor row = Tensor.zeros(Shape.SCALAR, DType.INT64, view.device());
    for (int i = 0; i < dims.size(); i++) {
      row = row.mul(x.size(first + i)).add(indices.get(i).to(view.device()));
    }
    Shape picked = indices.getFirst().shape();
    return rows.indexSelect(first, row.reshape(-1))
        .reshape(x.shape().slice(0, first).concat(picked).concat(x.shape().slice(last, x.rank())));
  }

  /** Where the index tensors' dimensions go. */
  private int first() {
    boolean adjacent = dims.getLast() - dims.getFirst() == dims.size() - 1;
    return adjacent ? dims.getFirst() : 0;
  }

  /**
   * The positions, in row-major order of a tensor of shape {@code shape}, of what {@code indices}
   * pick from it; of the shape that {@link #get} gives.
   */
  static Tensor positions(Shape shape, Device device, Index... indices) {
    // The layout of a view says where its elements are; no memory is needed for that.
    Indexer indexer = of(Tensor.empty(shape, DType.INT64, Device.META), indices);
    Layout layout = indexer.view.layout();
    boolean picks = !indexer.dims.isEmpty();
    Shape picked = picks ? indexer.indices.getFirst().shape() : Shape.SCALAR;
    int first = picks ? indexer.first() : 0;
    int whole = layout.shape().rank() - indexer.dims.size();

    Tensor positions = Tensor.full(picked, layout.offset(), DType.INT64, device);
    for (int i = 0; i < indexer.dims.size(); i++) {
      long stride = layout.stride(indexer.dims.get(i));
      positions = positions.add(indexer.indices.get(i).to(device).mul(stride));
    }
    positions = positions.reshape(picked.concat(ones(whole - first)));
    int passed = 0;
    for (int d = 0; d < layout.shape().rank(); d++) {
      if (!indexer.dims.contains(d)) {
        Tensor along = Tensor.arange(layout.shape().size(d)).mul(layout.stride(d)).to(device);
        passed++;
        int behind = whole - passed + (passed <= first ? picked.rank() : 0);
        positions = positions.add(along.reshape(along.shape().concat(ones(behind))));
      }
    }
    return positions;
  }

  private static Shape ones(int count) {
    long[] sizes = new long[count];
    Arrays.fill(sizes, 1);
    return Shape.of(sizes);
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}
