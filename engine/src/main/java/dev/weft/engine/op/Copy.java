package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/** The same values in memory of their own, row-major without gaps. */
public record Copy() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst());
  }

  @Override
  public Gradient gradient() {
    return Gradient.linear(g -> g);
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Copy(), shape(5, 7)),
        Sample.of(new Copy(), shape()),
        Sample.of(new Copy(), shape(0, 2)),
        Sample.of(new Copy(), shape(2, 3, 4, 5)));
  }

  public static List<ErrorSample> errors() {
    return List.of();
  }

  @Override
  public String toString() {
    return "clone";
  }
}
