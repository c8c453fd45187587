package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of {@link CrossEntropy} in one pass; used when it will not be differentiated again.
 *
 * <p>Inputs: g (() or (N)), logits (N, C), targets (N), z (N). Shape: (N, C).
 */
public record CrossEntropyGrad(CrossEntropy forward) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    var outputs = forward.infer(inputs.subList(1, 3));
    if (!inputs.get(0).shape().equals(outputs.get(0).shape())) {
      throw new ShapeException(
          this + ": gradient " + inputs.get(0).shape() + ": needs " + outputs.get(0).shape());
    }
    if (!inputs.get(3).withDevice(outputs.get(1).device()).equals(outputs.get(1))) {
      throw new ShapeException(this + ": row sums " + inputs.get(3) + ": needs " + outputs.get(1));
    }
    return List.of(inputs.get(1));
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Sample sample : CrossEntropy.samples()) {
      var forward = (CrossEntropy) sample.op();
      Shape x = sample.inputs().get(0).shape();
      Shape rows = sample.inputs().get(1).shape();
      Shape g = forward.reduction() == Reduction.NONE ? rows : Shape.SCALAR;
      samples.add(
          Sample.of(new CrossEntropyGrad(forward), g, x, rows, rows)
              .index(2, x.size(1))
              .ordinary(0) // z is not that of huge logits, and exp would overflow
              .ordinary(1)
              .full(3, Domain.within(1, 3)));
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(5, 7), DType.FLOAT32);
    TensorSpec rows = TensorSpec.of(shape(5), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new CrossEntropyGrad(new CrossEntropy(Reduction.MEAN, CrossEntropy.IGNORE, 0)),
            ShapeException.class,
            "needs ()",
            rows,
            x,
            TensorSpec.of(shape(5), DType.INT64),
            rows),
        ErrorSample.of(
            new CrossEntropyGrad(new CrossEntropy(Reduction.NONE, CrossEntropy.IGNORE, 0)),
            ShapeException.class,
            "row sums",
            rows,
            x,
            TensorSpec.of(shape(5), DType.INT64),
            TensorSpec.of(shape(4), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return forward + "_backward";
  }
}
