package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Samples of an image at positions that a grid names. */
final class GridSampling {

  private final Tensor input;
  private final GridSampleOptions options;

  /** Rows of positions: (N, 1, P). */
  private final Shape rows;

  private GridSampling(Tensor input, Tensor grid, GridSampleOptions options) {
    this.input = input;
    this.options = options;
    this.rows = Shape.of(grid.size(0), 1, grid.numel() / grid.size(0) / grid.size(-1));
  }

  static Tensor sample(Tensor input, Tensor grid, GridSampleOptions options) {
    input.spec().requireFloating("grid_sample");
    grid.spec().requireFloating("grid_sample, grid");
    int dims = input.rank() - 2;
    if (dims != 2 && dims != 3
        || grid.rank() != input.rank()
        || grid.size(-1) != dims
        || grid.size(0) != input.size(0)) {
      throw new ShapeException(
          "grid_sample: input "
              + input.shape()
              + ", grid "
              + grid.shape()
              + ": needs (N, C, H, W) and (N, H', W', 2), or (N, C, D, H, W) and"
              + " (N, D', H', W', 3)");
    }
    if (input.shape().slice(2, input.rank()).numel() == 0) {
      throw new ShapeException("grid_sample: " + input.shape() + ": there is nothing to sample");
    }
    if (dims == 3 && options.mode() == GridSampleOptions.Mode.BICUBIC) {
      throw new IllegalArgumentException("grid_sample: mode bicubic: exists for images only");
    }
    Shape shape =
        Shape.of(input.size(0), input.size(1)).concat(grid.shape().slice(1, grid.rank() - 1));
    if (shape.numel() == 0) {
      return Tensor.zeros(shape, input.dtype(), input.device());
    }
    boolean half = input.dtype().isHalf() && grid.dtype() == input.dtype();
    Tensor image = half ? input.to(DType.FLOAT32) : input; // rounded once, at the end
    Tensor places = half ? grid.to(DType.FLOAT32) : grid;
    return new GridSampling(image, places, options)
        .sample(places)
        .reshape(shape)
        .to(half ? input.dtype() : image.dtype());
  }

  private Tensor sample(Tensor grid) {
    int dims = input.rank() - 2;
    var at = new ArrayList<Tensor>(); // per dimension, the outermost first: the grid has x first
    for (int d = 0; d < dims; d++) {
      Tensor raw = grid.select(-1, dims - 1 - d).reshape(rows);
      double size = input.size(d + 2);
      at.add(
          options.alignCorners()
              ? raw.add(1).div(2).mul(size - 1)
              : raw.add(1).mul(size).sub(1).div(2));
    }
    return switch (options.mode()) {
      case NEAREST -> nearest(at);
      case BILINEAR -> linear(at);
      case BICUBIC -> cubic(at);
    };
  }

  private Tensor nearest(List<Tensor> at) {
    var whole = new ArrayList<Tensor>();
    for (int d = 0; d < at.size(); d++) {
      whole.add(padded(at.get(d), d).detach().round());
    }
    return pick(whole);
  }

  /** Σ over the corners of the cell around each position. */
  private Tensor linear(List<Tensor> at) {
    var low = new ArrayList<Tensor>();
    var fraction = new ArrayList<Tensor>();
    for (int d = 0; d < at.size(); d++) {
      Tensor position = padded(at.get(d), d);
      low.add(position.detach().floor());
      fraction.add(position.sub(low.get(d)));
    }
    Tensor sum = Tensor.zeros(Shape.SCALAR, input.dtype(), input.device());
    for (int corner = 0; corner < 1 << at.size(); corner++) {
      var place = new ArrayList<Tensor>();
      Tensor weight = Tensor.onesLike(fraction.getFirst());
      for (int d = 0; d < at.size(); d++) {
        boolean high = (corner >> d & 1) == 1;
        place.add(high ? low.get(d).add(1) : low.get(d));
        weight = weight.mul(high ? fraction.get(d) : fraction.get(d).rsub(1));
      }
      sum = sum.add(pick(place).mul(weight));
    }
    return sum;
  }

  /** Padding applies to each of the 4 × 4 neighbours, not to the position. */
  private Tensor cubic(List<Tensor> at) {
    Tensor lowY = at.get(0).detach().floor();
    Tensor lowX = at.get(1).detach().floor();
    List<Tensor> weightsY = cubicWeights(at.get(0).sub(lowY));
    List<Tensor> weightsX = cubicWeights(at.get(1).sub(lowX));
    Tensor sum = Tensor.zeros(Shape.SCALAR, input.dtype(), input.device());
    for (int i = 0; i < 4; i++) {
      Tensor row = Tensor.zeros(Shape.SCALAR, input.dtype(), input.device());
      Tensor y = padded(lowY.add(i - 1.0), 0);
      for (int j = 0; j < 4; j++) {
        Tensor x = padded(lowX.add(j - 1.0), 1);
        row = row.add(pick(List.of(y, x)).mul(weightsX.get(j)));
      }
      sum = sum.add(row.mul(weightsY.get(i)));
    }
    return sum;
  }

  /** The curve of {@link Resampling#cubicWeights}, on tensors. */
  private static List<Tensor> cubicWeights(Tensor t) {
    double a = -0.75;
    Tensor back = t.rsub(1);
    return List.of(far(t.add(1), a), near(t, a), near(back, a), far(back.add(1), a));
  }

  private static Tensor near(Tensor x, double a) {
    return x.mul(a + 2).sub(a + 3).mul(x).mul(x).add(1);
  }

  private static Tensor far(Tensor x, double a) {
    return x.mul(a).sub(5 * a).mul(x).add(8 * a).mul(x).sub(4 * a);
  }

  /** Positions beyond the edges brought back, as the padding wants; zeros are left for later. */
  private Tensor padded(Tensor at, int dim) {
    long size = input.size(dim + 2);
    return switch (options.paddingMode()) {
      case ZEROS -> at;
      case BORDER -> clipped(at, size);
      case REFLECTION ->
          clipped(
              options.alignCorners() ? reflected(at, 0, size - 1) : reflected(at, -0.5, size - 0.5),
              size);
    };
  }

  /** Between the first and the last element; no gradient at or beyond either. */
  private static Tensor clipped(Tensor at, long size) {
    Tensor inside = at.gt(0).logicalAnd(at.lt(size - 1));
    return inside.where(at, at.detach().clamp(0, size - 1));
  }

  /** Back and forth between two mirrors. */
  private static Tensor reflected(Tensor at, double low, double high) {
    double span = high - low;
    if (span == 0) {
      return at.mul(0);
    }
    Tensor distance = at.sub(low).abs();
    Tensor turns = distance.detach().div(span).floor();
    Tensor rest = distance.sub(turns.mul(span));
    return turns.remainder(2).eq(0).where(rest.add(low), rest.rsub(high));
  }

  /** The elements at whole positions; 0 beyond the edges. (N, C, P). */
  private Tensor pick(List<Tensor> at) {
    Tensor inside = Tensor.full(rows, 1, DType.BOOL, input.device());
    Tensor index = Tensor.zeros(rows, DType.INT64, input.device());
    for (int d = 0; d < at.size(); d++) {
      long size = input.size(d + 2);
      inside = inside.logicalAnd(at.get(d).ge(0)).logicalAnd(at.get(d).le(size - 1));
      index = index.mul(size).add(at.get(d).clamp(0, size - 1).to(DType.INT64));
    }
    Shape planes = Shape.of(input.size(0), input.size(1));
    Tensor picked =
        input
            .reshape(planes.concat(Shape.of(input.numel() / planes.numel())))
            .gather(2, index.expand(planes.concat(Shape.of(rows.size(2)))));
    return options.paddingMode() == GridSampleOptions.PaddingMode.ZEROS
        ? picked.mul(inside.to(input.dtype()))
        : picked;
  }

  /** See {@link Functional#affineGrid}. */
  static Tensor affine(Tensor theta, long[] size, boolean alignCorners) {
    int dims = size.length - 2;
    if (dims != 2 && dims != 3 || !theta.shape().equals(Shape.of(size[0], dims, dims + 1))) {
      throw new ShapeException(
          "affine_grid: theta "
              + theta.shape()
              + ", size "
              + Shape.of(size)
              + ": needs (N, 2, 3) for (N, C, H, W), or (N, 3, 4) for (N, C, D, H, W)");
    }
    Shape positions = Shape.of(size).slice(2, size.length);
    try (var _ = Context.current().withDefaultDevice(theta.device());
        var _ = Context.current().withDefaultDtype(theta.dtype())) {
      var columns = new ArrayList<Tensor>();
      for (int d = dims - 1; d >= 0; d--) { // x first
        long count = positions.size(d);
        double edge = alignCorners ? 1 : (double) (count - 1) / count;
        Tensor row =
            count == 1 ? Tensor.zeros(1) : Tensor.linspace(-edge, edge, Math.toIntExact(count));
        Shape along = Shape.of(count);
        for (int inner = d + 1; inner < dims; inner++) {
          along = along.insert(along.rank(), 1);
        }
        columns.add(row.reshape(along).expand(positions).reshape(-1));
      }
      columns.add(Tensor.ones(positions.numel()));
      Tensor base = Tensor.stack(columns, 1);
      Shape shape = Shape.of(size[0]).concat(positions).concat(Shape.of(dims));
      return base.matmul(theta.transpose(1, 2)).reshape(shape);
    }
  }
}
