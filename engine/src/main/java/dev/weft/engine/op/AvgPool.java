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
 * The sum of each region of a plane over a divisor, and the op that pulls its gradient back, which
 * hands each element its share. Either is the other's gradient.
 *
 * <p>Shape: (*, spatial sizes) → (*, one size per dimension of the regions); backwards the other
 * way. Half types are summed in float32.
 *
 * @param countPadding whether the divisor counts padding too, or only elements
 * @param divisor what each sum is divided by, instead of a count; 0 for a count
 * @param spread the spatial sizes of the result of the backward op; empty for the average itself
 */
public record AvgPool(Regions regions, boolean countPadding, long divisor, List<Long> spread)
    implements Op {

  public AvgPool {
    spread = List.copyOf(spread);
  }

  /** The averages of regions. */
  public static AvgPool of(Regions regions, boolean countPadding, long divisor) {
    return new AvgPool(regions, countPadding, divisor, List.of());
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    int dims = regions.dims();
    TensorSpec x = inputs.getFirst().requireFloating(this).requireRank(this, dims);
    Shape planes = x.shape().slice(0, x.rank() - dims);
    Shape last = x.shape().slice(x.rank() - dims, x.rank());
    if (spread.isEmpty()) {
      return List.of(x.withShape(planes.concat(regions.counts(this, last))));
    }
    Shape sizes = Shape.of(spread.stream().mapToLong(Long::longValue).toArray());
    if (!regions.counts(this, sizes).equals(last)) {
      throw new ShapeException(
          this + ": " + x.shape() + ": " + sizes + " has other regions than " + last);
    }
    return List.of(x.withShape(planes.concat(sizes)));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(
            Gradient.Saves.NOTHING,
            (g, p) -> {
              Shape shape = p.inputSpec(0).shape();
              List<Long> sizes =
                  IntStream.range(shape.rank() - regions.dims(), shape.rank())
                      .mapToObj(shape::size)
                      .toList();
              var op =
                  new AvgPool(regions, countPadding, divisor, spread.isEmpty() ? sizes : List.of());
              return dev.weft.engine.Dispatch.run(op, g);
            }));
  }

  /** What the sum of a region is divided by, from its extent and the part of it that is inside. */
  public double divisor(long extent, long inside) {
    return divisor != 0 ? divisor : countPadding ? extent : inside;
  }

  public static List<Sample> samples() {
    var padded = new Windows(List.of(2L, 1L), List.of(1L, 0L), List.of(1L, 1L));
    var halves = new Windows(List.of(2L, 2L), List.of(0L, 0L), List.of(1L, 1L));
    var cube = new Windows(List.of(2L, 2L, 1L), List.of(0L, 1L, 0L), List.of(1L, 1L, 1L));
    var samples = new ArrayList<Sample>();
    add(samples, of(Regions.Sliding.of(halves, 2L, 2L), true, 0), shape(2, 3, 4, 6));
    add(samples, of(Regions.Sliding.of(padded, 3L, 2L), true, 0), shape(1, 2, 5, 4));
    add(samples, of(Regions.Sliding.of(padded, 3L, 2L), false, 0), shape(1, 2, 5, 4));
    add(samples, of(new Regions.Sliding(halves, List.of(2L, 2L), true), true, 0), shape(2, 5, 7));
    add(samples, of(Regions.Sliding.of(cube, 2L, 3L, 2L), true, 5), shape(1, 2, 4, 3, 3));
    add(samples, of(new Regions.Adaptive(List.of(3L)), true, 0), shape(2, 7));
    add(samples, of(new Regions.Adaptive(List.of(4L, 1L)), true, 0), shape(2, 2, 6, 5));
    add(samples, of(new Regions.Adaptive(List.of(2L, 2L)), true, 0), shape(0, 2, 5, 4));
    return samples;
  }

  private static void add(List<Sample> samples, AvgPool op, Shape x) {
    Sample forward = Sample.of(op, x);
    samples.add(forward);
    Shape sizes = x.slice(x.rank() - op.regions.dims(), x.rank());
    Shape y = x.slice(0, x.rank() - op.regions.dims()).concat(op.regions.counts(op, sizes));
    List<Long> spread = IntStream.range(0, sizes.rank()).mapToObj(sizes::size).toList();
    samples.add(Sample.of(new AvgPool(op.regions, op.countPadding, op.divisor, spread), y));
  }

  public static List<ErrorSample> errors() {
    var windows = Regions.Sliding.of(Windows.plain(2), 3L, 3L);
    return List.of(
        ErrorSample.of(
            of(windows, true, 0),
            ShapeException.class,
            "a window of 3 does not fit into 2 elements",
            TensorSpec.of(shape(1, 2, 2, 2), DType.FLOAT32)),
        ErrorSample.of(
            new AvgPool(windows, true, 0, List.of(5L, 5L)),
            ShapeException.class,
            "(5, 5) has other regions than (2, 2)",
            TensorSpec.of(shape(1, 2, 2, 2), DType.FLOAT32)),
        ErrorSample.of(
            of(windows, true, 0),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(1, 2, 3, 3), DType.INT64)));
  }

  @Override
  public String toString() {
    return "avg_pool"
        + regions.dims()
        + (spread.isEmpty() ? "d[" : "d_backward[")
        + regions
        + (countPadding ? "" : ", without padding")
        + (divisor == 0 ? "" : ", divisor=" + divisor)
        + (spread.isEmpty() ? "" : ", size=" + spread)
        + "]";
  }
}
