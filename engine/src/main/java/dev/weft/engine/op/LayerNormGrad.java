package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of {@link LayerNormOp} in one pass; used when it will not be differentiated again.
 *
 * <p>Inputs: g (*, D), x (*, D), μ (*), 1/√(σ² + ε) (*) and w (D) if there is one. Outputs: ∂L/∂x,
 * then ∂L/∂w and ∂L/∂b as far as the forward op has them.
 */
public record LayerNormGrad(LayerNormOp forward) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(1);
    if (!inputs.get(0).shape().equals(x.shape())) {
      throw new ShapeException(this + ": gradient " + inputs.get(0).shape() + " for " + x.shape());
    }
    TensorSpec parameter = x.withShape(x.shape().slice(x.rank() - forward.dims(), x.rank()));
    var outputs = new ArrayList<TensorSpec>(List.of(x));
    if (forward.weight()) {
      outputs.add(parameter);
    }
    if (forward.bias()) {
      outputs.add(parameter);
    }
    return List.copyOf(outputs);
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Sample sample : LayerNormOp.samples()) {
      var forward = (LayerNormOp) sample.op();
      Shape x = sample.inputs().get(0).shape();
      Shape rows = x.slice(0, x.rank() - forward.dims());
      var op = new LayerNormGrad(forward);
      samples.add(
          (forward.weight()
                  ? Sample.of(op, x, x, rows, rows, sample.inputs().get(1).shape())
                  : Sample.of(op, x, x, rows, rows))
              .full(2, Domain.reals())
              .full(3, Domain.within(0.5, 2)));
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec rows = TensorSpec.of(shape(5), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new LayerNormGrad(new LayerNormOp(1, 1e-5, false, false)),
            ShapeException.class,
            "gradient (5, 6)",
            TensorSpec.of(shape(5, 6), DType.FLOAT32),
            TensorSpec.of(shape(5, 7), DType.FLOAT32),
            rows,
            rows),
        ErrorSample.of(
            new LayerNormGrad(new LayerNormOp(1, 1e-5, false, false)),
            ShapeException.class,
            "gradient (7)",
            TensorSpec.of(shape(7), DType.FLOAT32),
            TensorSpec.of(shape(5, 7), DType.FLOAT32),
            rows,
            rows));
  }

  @Override
  public String toString() {
    return forward + "_backward";
  }
}
