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
    return Sample.ELEMENTWISE.stream().map(shape -> Sample.of(new Copy(), shape)).toList();
  }

  public static List<ErrorSample> errors() {
    return List.of();
  }

  @Override
  public String toString() {
    return "clone";
  }
}
