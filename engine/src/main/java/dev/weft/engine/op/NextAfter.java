package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The dtype's neighbour of x in the direction of y; y itself where both are equal.
 *
 * <p>Shape: (*), (*) → (*). Dtype: float32 or float64, unchanged. Its gradient is that of x.
 */
public record NextAfter() implements Op {

  private static final Set<DType> DTYPES = Set.copyOf(EnumSet.of(DType.FLOAT32, DType.FLOAT64));

  /** The neighbour among the numbers of {@code dtype}. */
  public double at(DType dtype, double x, double y) {
    return dtype == DType.FLOAT32 ? Math.nextAfter((float) x, y) : Math.nextAfter(x, y);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0);
    Binary.requireSame(this, x, inputs.get(1));
    if (!DTYPES.contains(x.dtype())) {
      throw new DTypeException(this + ": " + x + ": takes float32 and float64");
    }
    return List.of(x);
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(Gradient.part(g -> g), Gradient.part(Tensor::zerosLike));
  }

  @Override
  public Set<DType> dtypes() {
    return DTYPES;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(op(), shape(4, 9), shape(4, 9)),
        Sample.of(op(), shape(), shape()),
        Sample.of(op(), shape(0, 3), shape(0, 3)),
        Sample.of(op(), shape(67), shape(67)),
        Sample.of(op(), shape(9), shape(9)).in(0, Domain.within(-1e-40, 1e-40)),
        Sample.of(op(), shape(9), shape(9)).in(1, Domain.within(0, 0)).named("towards 0"),
        Sample.of(op(), shape(9), shape(9)).within(1, 1).named("equal"),
        Sample.of(op(), shape(2, 3, 4), shape(2, 3, 4)).within(1e2, 1e3));
  }

  private static NextAfter op() {
    return new NextAfter();
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2), DType.FLOAT32);
    TensorSpec half = TensorSpec.of(shape(2), DType.FLOAT16);
    return List.of(
        ErrorSample.of(
            op(), ShapeException.class, "shapes differ", x, TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(op(), DTypeException.class, "takes float32 and float64", half, half));
  }

  @Override
  public String toString() {
    return "nextafter";
  }
}
