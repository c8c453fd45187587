package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * The diagonal of the matrices that two dimensions span: y[…, i] = x[…, i, …, i + offset, …].
 *
 * <p>Shape: both dimensions disappear, a last one of the diagonal's length is added.
 *
 * @param offset above the main diagonal where positive, below where negative
 * @param dim1 the rows, counted from 0
 * @param dim2 the columns, counted from 0
 */
public record Diagonal(long offset, int dim1, int dim2) implements View {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireRank(this, 2).requireDim(this, dim1);
    x.requireDim(this, dim2);
    if (dim1 == dim2) {
      throw new ShapeException(this + ": " + x.shape() + ": needs two different dimensions");
    }
    return List.of(x.withShape(batch(x.shape()).concat(shape(length(x.shape())))));
  }

  private Shape batch(Shape x) {
    return x.without(Math.max(dim1, dim2)).without(Math.min(dim1, dim2));
  }

  private long length(Shape x) {
    return Math.max(0, Math.min(x.size(dim1) - firstRow(), x.size(dim2) - firstColumn()));
  }

  private long firstRow() {
    return Math.max(0, -Math.max(offset, -Long.MAX_VALUE));
  }

  private long firstColumn() {
    return Math.max(0, offset);
  }

  @Override
  public Optional<Layout> layout(Layout input) {
    long length = length(input.shape());
    Shape batch = batch(input.shape());
    long[] strides = new long[batch.rank() + 1];
    int at = 0;
    for (int d = 0; d < input.shape().rank(); d++) {
      if (d != dim1 && d != dim2) {
        strides[at++] = input.stride(d);
      }
    }
    strides[at] = Math.addExact(input.stride(dim1), input.stride(dim2));
    long first =
        length == 0 ? 0 : firstRow() * input.stride(dim1) + firstColumn() * input.stride(dim2);
    return Optional.of(
        Layout.strided(batch.concat(shape(length)), strides, input.offset() + first));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(Gradient.Saves.NOTHING, (g, p) -> embed(g, p.inputSpec(0).shape())));
  }

  /** Zeros of shape {@code whole} with {@code values} in the place of this diagonal. */
  public Tensor embed(Tensor values, Shape whole) {
    if (values.dtype() == DType.BOOL) {
      return embed(values.to(DType.UINT8), whole).to(DType.BOOL);
    }
    long rows = whole.size(dim1);
    long columns = whole.size(dim2);
    long first = firstRow() * columns + firstColumn();
    Tensor positions = Tensor.arange(length(whole)).mul(columns + 1).add(first).to(values.device());
    Tensor flat = Dispatch.run(new IndexSum(values.rank() - 1, rows * columns), positions, values);
    return flat.reshape(batch(whole).concat(shape(rows, columns)))
        .movedim(new int[] {-2, -1}, new int[] {dim1, dim2});
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Diagonal(0, 0, 1), shape(4, 4)),
        Sample.of(new Diagonal(1, 0, 1), shape(3, 5)),
        Sample.of(new Diagonal(-2, 0, 1), shape(5, 3)),
        Sample.of(new Diagonal(0, 1, 0), shape(3, 5)).named("columns as rows"),
        Sample.of(new Diagonal(-1, 0, 2), shape(3, 2, 4)),
        Sample.of(new Diagonal(1, 3, 1), shape(2, 3, 2, 4)),
        Sample.of(new Diagonal(7, 0, 1), shape(2, 3)).named("outside the matrix"),
        Sample.of(new Diagonal(0, 0, 1), shape(0, 3)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new Diagonal(0, 1, 1), ShapeException.class, "needs two different dimensions", x),
        ErrorSample.of(
            new Diagonal(0, 0, 2), ShapeException.class, "dimension 2 is out of range", x),
        ErrorSample.of(
            new Diagonal(0, 0, 1),
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(3), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "diagonal[offset=" + offset + ", dims=" + dim1 + ", " + dim2 + "]";
  }
}
