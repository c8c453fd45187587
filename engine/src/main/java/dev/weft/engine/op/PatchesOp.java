package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sliding windows as columns, and the op that adds columns back to where they came from. Either is
 * the other's gradient. Padding is zeros; what is added to it is lost.
 *
 * <p>Shape: (N, C, *) → (N, C · elements of a window, number of windows); backwards the other way.
 *
 * @param kernel sizes of a window
 * @param fold the spatial sizes of the result of the backward op; empty to unfold
 */
public record PatchesOp(Windows windows, List<Long> kernel, List<Long> fold) implements Op {

  public PatchesOp {
    kernel = List.copyOf(kernel);
    fold = List.copyOf(fold);
    if (kernel.size() != windows.dims()
        || !fold.isEmpty() && fold.size() != windows.dims()
        || kernel.stream().anyMatch(k -> k < 1)) {
      throw new IllegalArgumentException(
          "unfold: kernel " + kernel + ": needs " + windows.dims() + " sizes of at least 1");
    }
  }

  private static Shape shapeOf(List<Long> sizes) {
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /** The sizes of a window. */
  public Shape window() {
    return shapeOf(kernel);
  }

  /** The number of windows along each dimension of an input of these spatial sizes. */
  public Shape positions(Shape sizes) {
    return windows.counts(this, sizes, window());
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireFloating(this);
    int rank = fold.isEmpty() ? windows.dims() + 2 : 3;
    if (x.rank() != rank) {
      throw new ShapeException(this + ": " + x.shape() + ": needs " + rank + " dimensions");
    }
    long elements = window().numel();
    if (fold.isEmpty()) {
      long count = positions(x.shape().slice(2, rank)).numel();
      return List.of(x.withShape(Shape.of(x.shape().size(0), x.shape().size(1) * elements, count)));
    }
    long count = positions(shapeOf(fold)).numel();
    if (x.shape().size(2) != count || x.shape().size(1) % elements != 0) {
      throw new ShapeException(
          this
              + ": "
              + x.shape()
              + ": needs "
              + count
              + " columns, one per window, of a multiple of "
              + elements
              + " elements");
    }
    Shape planes = Shape.of(x.shape().size(0), x.shape().size(1) / elements);
    return List.of(x.withShape(planes.concat(shapeOf(fold))));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(
            Gradient.Saves.NOTHING,
            (g, p) -> {
              Shape x = p.inputSpec(0).shape();
              List<Long> sizes =
                  fold.isEmpty()
                      ? IntStream.range(2, x.rank()).mapToObj(x::size).toList()
                      : List.<Long>of();
              return dev.weft.engine.Dispatch.run(new PatchesOp(windows, kernel, sizes), g);
            }));
  }

  public static List<Sample> samples() {
    var dilated = new Windows(List.of(1L, 2L), List.of(1L, 0L), List.of(2L, 1L));
    var strided = new Windows(List.of(2L), List.of(1L), List.of(1L));
    var samples = new ArrayList<Sample>();
    add(samples, new PatchesOp(Windows.plain(2), List.of(2L, 2L), List.of()), shape(2, 3, 4, 5));
    add(samples, new PatchesOp(dilated, List.of(2L, 3L), List.of()), shape(1, 2, 5, 6));
    add(samples, new PatchesOp(strided, List.of(3L), List.of()), shape(2, 2, 7));
    add(
        samples,
        new PatchesOp(Windows.plain(3), List.of(2L, 1L, 2L), List.of()),
        shape(1, 1, 2, 3, 3));
    add(samples, new PatchesOp(Windows.plain(1), List.of(2L), List.of()), shape(0, 2, 3));
    return samples;
  }

  private static void add(List<Sample> samples, PatchesOp op, Shape x) {
    samples.add(Sample.of(op, x));
    Shape columns = op.infer(List.of(TensorSpec.of(x, DType.FLOAT32))).getFirst().shape();
    List<Long> sizes = IntStream.range(2, x.rank()).mapToObj(x::size).toList();
    samples.add(Sample.of(new PatchesOp(op.windows, op.kernel, sizes), columns));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new PatchesOp(Windows.plain(2), List.of(3L, 3L), List.of()),
            ShapeException.class,
            "a window of 3 does not fit into 2 elements",
            TensorSpec.of(shape(1, 2, 2, 2), DType.FLOAT32)),
        ErrorSample.of(
            new PatchesOp(Windows.plain(2), List.of(2L, 2L), List.of(4L, 3L)),
            ShapeException.class,
            "needs 6 columns, one per window, of a multiple of 4 elements",
            TensorSpec.of(shape(1, 5, 6), DType.FLOAT32)),
        ErrorSample.of(
            new PatchesOp(Windows.plain(2), List.of(2L, 2L), List.of()),
            ShapeException.class,
            "needs 4 dimensions",
            TensorSpec.of(shape(5, 6), DType.FLOAT32)),
        ErrorSample.of(
            new PatchesOp(Windows.plain(2), List.of(2L, 2L), List.of()),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(1, 1, 5, 6), DType.INT64)));
  }

  @Override
  public String toString() {
    return (fold.isEmpty() ? "unfold" : "fold")
        + "[kernel="
        + kernel
        + (windows.toString().isEmpty() ? "" : ", " + windows)
        + (fold.isEmpty() ? "" : ", size=" + fold)
        + "]";
  }
}
