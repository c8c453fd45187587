package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Layout;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Complex numbers of parts that lie side by side in a last dimension of size 2.
 *
 * <p>Shape: (*, 2) → (*). Dtype: float32 → complex64, float64 → complex128. Parts that lie
 * elsewhere are copied together first.
 */
public record ViewAsComplex() implements View {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireFull(this).requireRank(this, 1);
    if (x.shape().size(-1) != 2) {
      throw new ShapeException(this + ": " + x + ": the last dimension must have size 2");
    }
    return List.of(x.withShape(x.shape().without(-1)).withDtype(x.dtype().toComplex()));
  }

  /** Empty where an element's parts are no neighbours at an even place. */
  @Override
  public Optional<Layout> layout(Layout parts) {
    int rank = parts.shape().rank() - 1;
    long[] strides = Arrays.copyOf(parts.strides(), rank);
    boolean paired = parts.stride(rank) == 1 && parts.offset() % 2 == 0;
    for (int d = 0; d < rank; d++) {
      paired &= strides[d] % 2 == 0 || parts.shape().size(d) <= 1;
      strides[d] /= 2;
    }
    return paired
        ? Optional.of(Layout.strided(parts.shape().without(-1), strides, parts.offset() / 2))
        : Optional.empty();
  }

  @Override
  public Gradient gradient() {
    return Gradient.linear(g -> Dispatch.run(new ViewAsReal(), g));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.FULL;
  }

  public static List<Sample> samples() {
    return Sample.ELEMENTWISE.stream()
        .map(shape -> Sample.of(new ViewAsComplex(), shape.concat(shape(2))))
        .toList();
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new ViewAsComplex(),
            ShapeException.class,
            "the last dimension must have size 2",
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            new ViewAsComplex(),
            dev.weft.engine.DTypeException.class,
            "needs float32 or float64",
            TensorSpec.of(shape(3, 2), DType.FLOAT16)));
  }

  @Override
  public String toString() {
    return "view_as_complex";
  }
}
