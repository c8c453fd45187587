package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * The largest element of each region of a plane, and where it was: its position in the plane,
 * row-major. The gradient goes to that element. Padding never wins.
 *
 * <p>Shape: (*, spatial sizes) → (*, one size per dimension of the regions), twice: values, and
 * int64 indices. Of equal elements the first counts; NaN wins, and of several the last, as in
 * PyTorch.
 */
public record MaxPool(Regions regions) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    int dims = regions.dims();
    TensorSpec x = inputs.getFirst().requireFloating(this).requireRank(this, dims);
    Shape planes = x.shape().slice(0, x.rank() - dims);
    Shape counts = regions.counts(this, x.shape().slice(x.rank() - dims, x.rank()));
    TensorSpec values = x.withShape(planes.concat(counts));
    return List.of(values, values.withDtype(DType.INT64));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.from(
            0,
            0b10,
            (g, p) -> {
              Shape shape = p.inputSpec(0).shape();
              int lead = shape.rank() - regions.dims();
              Shape flat =
                  Shape.of(shape.slice(0, lead).numel(), shape.slice(lead, shape.rank()).numel());
              Tensor at = p.output(1);
              Shape rows = Shape.of(flat.size(0), at.shape().slice(lead, at.rank()).numel());
              return dev.weft.engine.Dispatch.run(
                      new ScatterSum(1, flat), at.reshape(rows), g.reshape(rows))
                  .reshape(shape);
            }));
  }

  public static List<Sample> samples() {
    var overlapping = new Windows(List.of(1L, 2L), List.of(1L, 0L), List.of(1L, 1L));
    var dilated = new Windows(List.of(1L), List.of(0L), List.of(2L));
    var cube = new Windows(List.of(2L, 2L, 1L), List.of(0L, 1L, 0L), List.of(1L, 1L, 1L));
    var halves = new Windows(List.of(2L, 2L), List.of(0L, 0L), List.of(1L, 1L));
    return List.of(
        Sample.of(new MaxPool(Regions.Sliding.of(halves, 2L, 2L)), shape(2, 3, 4, 6)),
        Sample.of(new MaxPool(new Regions.Sliding(halves, List.of(2L, 2L), true)), shape(3, 5, 7)),
        Sample.of(new MaxPool(Regions.Sliding.of(overlapping, 3L, 2L)), shape(1, 2, 4, 5)),
        Sample.of(new MaxPool(Regions.Sliding.of(dilated, 3L)), shape(2, 2, 9)),
        Sample.of(new MaxPool(Regions.Sliding.of(cube, 2L, 3L, 2L)), shape(1, 2, 4, 3, 3)),
        Sample.of(new MaxPool(new Regions.Adaptive(List.of(3L))), shape(2, 7)),
        Sample.of(new MaxPool(new Regions.Adaptive(List.of(2L, 1L))), shape(2, 2, 5, 4)),
        Sample.of(new MaxPool(new Regions.Adaptive(List.of(2L, 2L))), shape(0, 2, 5, 4)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new MaxPool(Regions.Sliding.of(Windows.plain(2), 3L, 3L)),
            ShapeException.class,
            "a window of 3 does not fit into 2 elements",
            TensorSpec.of(shape(1, 2, 2, 2), DType.FLOAT32)),
        ErrorSample.of(
            new MaxPool(new Regions.Adaptive(List.of(1L))),
            ShapeException.class,
            "there is nothing to pool",
            TensorSpec.of(shape(2, 0), DType.FLOAT32)),
        ErrorSample.of(
            new MaxPool(new Regions.Adaptive(List.of(1L, 1L))),
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(2), DType.FLOAT32)),
        ErrorSample.of(
            new MaxPool(new Regions.Adaptive(List.of(1L))),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(2, 3), DType.INT64)));
  }

  @Override
  public String toString() {
    return "max_pool" + regions.dims() + "d[" + regions + "]";
  }
}
