package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Layout;
import dev.weft.engine.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The parts of complex numbers, side by side in a last dimension of size 2.
 *
 * <p>Shape: (*) → (*, 2). Dtype: complex64 → float32, complex128 → float64.
 */
public record ViewAsReal() implements View {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireComplex(this);
    return List.of(x.withShape(x.shape().concat(shape(2))).withDtype(x.dtype().toReal()));
  }

  @Override
  public Optional<Layout> layout(Layout complex) {
    int rank = complex.shape().rank();
    long[] strides = Arrays.copyOf(complex.strides(), rank + 1);
    for (int d = 0; d < rank; d++) {
      strides[d] *= 2;
    }
    strides[rank] = 1;
    return Optional.of(
        Layout.strided(complex.shape().concat(shape(2)), strides, 2 * complex.offset()));
  }

  @Override
  public Gradient gradient() {
    return Gradient.linear(g -> Dispatch.run(new ViewAsComplex(), g));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.COMPLEX;
  }

  public static List<Sample> samples() {
    return Sample.ELEMENTWISE.stream().map(shape -> Sample.of(new ViewAsReal(), shape)).toList();
  }

  public static List<ErrorSample> errors() {
    return Stream.of(DType.FLOAT32, DType.INT64)
        .map(
            dtype ->
                ErrorSample.of(
                    new ViewAsReal(),
                    DTypeException.class,
                    "needs complex64 or complex128",
                    TensorSpec.of(shape(3), dtype)))
        .toList();
  }

  @Override
  public String toString() {
    return "view_as_real";
  }
}
