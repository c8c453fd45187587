package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * Reorders dimensions: dimension i of the output is dimension {@code dims[i]} of the input.
 *
 * @param dims every dimension once, none negative
 */
public record Permute(List<Integer> dims) implements View {

  public Permute {
    dims = List.copyOf(dims);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    var sizes = new long[dims.size()];
    int seen = 0;
    for (int i = 0; i < sizes.length; i++) {
      int dim = dims.get(i);
      if (dim < 0 || dim >= x.rank() || (seen & 1 << dim) != 0) {
        throw misfit(x);
      }
      seen |= 1 << dim;
      sizes[i] = x.shape().size(dim);
    }
    if (sizes.length != x.rank()) {
      throw misfit(x);
    }
    return List.of(x.withShape(Shape.of(sizes)));
  }

  private ShapeException misfit(TensorSpec x) {
    return new ShapeException(
        this + ": " + x.shape() + ": must name each of the " + x.rank() + " dimensions once");
  }

  @Override
  public Optional<Layout> layout(Layout input) {
    return Optional.of(input.permute(dims.stream().mapToInt(Integer::intValue).toArray()));
  }

  @Override
  public Gradient gradient() {
    var inverse = new Integer[dims.size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[dims.get(i)] = i;
    }
    var back = new Permute(List.of(inverse));
    return Gradient.linear(g -> dev.weft.engine.Dispatch.run(back, g));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Permute(List.of(1, 0)), shape(3, 5)),
        Sample.of(new Permute(List.of(2, 0, 1)), shape(2, 3, 4)),
        Sample.of(new Permute(List.of()), shape()),
        Sample.of(new Permute(List.of(0)), shape(4)),
        Sample.of(new Permute(List.of(0, 1)), shape(3, 5)).named("nothing to move"),
        Sample.of(new Permute(List.of(1, 0)), shape(0, 3)),
        Sample.of(new Permute(List.of(3, 1, 2, 0)), shape(2, 3, 1, 4)),
        Sample.of(new Permute(List.of(1, 0)), shape(17, 33)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new Permute(List.of(0, 0)), ShapeException.class, "each of the 2 dimensions once", x),
        ErrorSample.of(
            new Permute(List.of(0)), ShapeException.class, "each of the 2 dimensions once", x));
  }

  @Override
  public String toString() {
    return "permute" + dims;
  }
}
