package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of {@link AttentionOp} in one pass; used when it will not be differentiated again.
 * With the weights w, computed once more from the logarithms of their sums, the gradient of the
 * scores is w ⊙ (g vᵀ − Σ g ⊙ y).
 *
 * <p>Inputs: g (*, L, F), q (*, L, E), k (*, S, E), v (*, S, F), and the outputs y (*, L, F) and
 * the logarithms (*, L). Outputs: ∂L/∂q, ∂L/∂k, ∂L/∂v.
 */
public record AttentionGrad(AttentionOp forward) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    List<TensorSpec> outputs = forward.infer(inputs.subList(1, 4));
    if (!inputs.get(0).shape().equals(outputs.get(0).shape())) {
      throw new ShapeException(
          this + ": gradient " + inputs.get(0).shape() + ": needs " + outputs.get(0).shape());
    }
    for (int i = 0; i < outputs.size(); i++) {
      TensorSpec output = inputs.get(4 + i);
      if (!output.withDevice(outputs.get(i).device()).equals(outputs.get(i))) {
        throw new ShapeException(this + ": output " + output + ": needs " + outputs.get(i));
      }
    }
    return inputs.subList(1, 4);
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  /** 2 · (batch, L) · S · (3 E + 2 F), hidden keys included. */
  @Override
  public long flops(List<TensorSpec> inputs, TensorSpec output) {
    Shape v = inputs.get(3).shape();
    long pairs = inputs.get(5).shape().numel() * v.size(-2);
    return 2 * pairs * (3 * output.shape().size(-1) + 2 * v.size(-1));
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Sample sample : AttentionOp.samples()) {
      var forward = (AttentionOp) sample.op();
      Shape q = sample.inputs().get(0).shape();
      Shape k = sample.inputs().get(1).shape();
      Shape v = sample.inputs().get(2).shape();
      Shape rows = q.without(-1);
      Shape y = rows.concat(shape(v.size(-1)));
      samples.add(
          Sample.of(new AttentionGrad(new AttentionOp(forward.causal(), 0.7)), y, q, k, v, y, rows)
              .in(1, Domain.within(-1, 1))
              .in(2, Domain.within(-1, 1))
              .ordinary(1) // the sums are not those of large scores, and exp would magnify errors
              .ordinary(2)
              .full(5, Domain.within(2, 4)));
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2, 5, 3), DType.FLOAT32);
    TensorSpec rows = TensorSpec.of(shape(2, 5), DType.FLOAT32);
    var op = new AttentionGrad(new AttentionOp(false, 1));
    return List.of(
        ErrorSample.of(
            op,
            ShapeException.class,
            "gradient (2, 5, 4): needs (2, 5, 3)",
            TensorSpec.of(shape(2, 5, 4), DType.FLOAT32),
            x,
            x,
            x,
            x,
            rows),
        ErrorSample.of(
            op,
            ShapeException.class,
            "needs float32 (2, 5)",
            x,
            x,
            x,
            x,
            x,
            TensorSpec.of(shape(2, 4), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return forward + "_backward";
  }
}
