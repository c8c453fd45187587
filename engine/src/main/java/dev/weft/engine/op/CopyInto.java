package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Overwrites the first input with the second, which has its shape and may have another dtype
 * ({@link Cast} says how values are converted). The first may have any layout that does not repeat
 * elements.
 */
public record CopyInto() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (!inputs.get(0).shape().equals(inputs.get(1).shape())) {
      throw new ShapeException(
          this
              + ": "
              + inputs.get(1).shape()
              + " into "
              + inputs.get(0).shape()
              + ": shapes differ");
    }
    return List.of();
  }

  @Override
  public int mutates() {
    return 1;
  }

  /** What was overwritten has gradient 0; the gradient goes to the source, in its dtype. */
  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.part(Tensor::zerosLike),
        new Gradient.Part(Gradient.Saves.NOTHING, (g, p) -> g.to(p.inputSpec(1).dtype())));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new CopyInto(), shape(5, 7), shape(5, 7)),
        Sample.of(new CopyInto(), shape(), shape()),
        Sample.of(new CopyInto(), shape(3), shape(3)).full(1, Domain.reals()),
        Sample.of(new CopyInto(), shape(67), shape(67)).full(1, Domain.reals()),
        Sample.of(new CopyInto(), shape(0, 3), shape(0, 3)),
        Sample.of(new CopyInto(), shape(2, 3, 4), shape(2, 3, 4)),
        Sample.of(new CopyInto(), shape(1), shape(1)),
        Sample.of(new CopyInto(), shape(2, 9), shape(2, 9)).full(0, Domain.reals()));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new CopyInto(),
            ShapeException.class,
            "shapes differ",
            TensorSpec.of(shape(2), DType.FLOAT32),
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            new CopyInto(),
            ShapeException.class,
            "shapes differ",
            TensorSpec.of(shape(), DType.FLOAT32),
            TensorSpec.of(shape(1), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "copy_";
  }
}
