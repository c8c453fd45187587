package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of {@link BatchNormOp} in one pass; used when it will not be differentiated again.
 *
 * <p>Inputs: g and x (N, C, *), μ and σ² (C), and w (C) if there is one. Outputs: ∂L/∂x, then ∂L/∂w
 * and ∂L/∂b as far as the forward op has them.
 */
public record BatchNormGrad(BatchNormOp forward) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(1).requireRank(this, 2);
    Shape channels = Shape.of(x.shape().size(1));
    if (!inputs.get(0).shape().equals(x.shape())
        || inputs.subList(2, inputs.size()).stream().anyMatch(s -> !s.shape().equals(channels))) {
      throw new ShapeException(
          this
              + ": gradient "
              + inputs.get(0).shape()
              + " for "
              + x.shape()
              + ", statistics and weight of the shapes "
              + inputs.subList(2, inputs.size()).stream().map(TensorSpec::shape).toList());
    }
    var outputs = new ArrayList<TensorSpec>(List.of(x));
    if (forward.weight()) {
      outputs.add(x.withShape(channels));
    }
    if (forward.bias()) {
      outputs.add(x.withShape(channels));
    }
    return List.copyOf(outputs);
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Sample sample : BatchNormOp.samples()) {
      var forward = (BatchNormOp) sample.op();
      Shape x = sample.inputs().get(0).shape();
      Shape channels = shape(x.size(1));
      var op = new BatchNormGrad(forward);
      samples.add(
          (forward.weight()
                  ? Sample.of(op, x, x, channels, channels, channels)
                  : Sample.of(op, x, x, channels, channels))
              .full(2, Domain.reals())
              .full(3, Domain.within(0.5, 2)));
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    var op = new BatchNormGrad(new BatchNormOp(1e-5, false, false));
    TensorSpec x = TensorSpec.of(shape(5, 7), DType.FLOAT32);
    TensorSpec channels = TensorSpec.of(shape(7), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            op,
            ShapeException.class,
            "gradient (5, 6)",
            TensorSpec.of(shape(5, 6), DType.FLOAT32),
            x,
            channels,
            channels),
        ErrorSample.of(
            op,
            ShapeException.class,
            "statistics and weight of the shapes [(7), (5)]",
            x,
            x,
            channels,
            TensorSpec.of(shape(5), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return forward + "_backward";
  }
}
