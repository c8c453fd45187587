package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of Adam or AdamW, in place and in one pass: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p
 * ← p − η m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ). With {@code amsgrad} the
 * largest v so far takes v's place. Weight decay is added to g (Adam), or shrinks p by 1 − ηλ first
 * when {@code decoupled} (AdamW).
 *
 * <p>Inputs: p, g, m, v and, with amsgrad, the largest v; all but g change. Sources: Kingma, Ba,
 * 2015; Loshchilov, Hutter, 2019; Reddi et al., 2018.
 *
 * @param step t, counted from 1
 */
public record AdamStep(
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean decoupled,
    boolean amsgrad,
    boolean maximize,
    long step)
    implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    SgdStep.requireAlike(this, inputs);
    return List.of();
  }

  @Override
  public int mutates() {
    return amsgrad ? 0b11101 : 0b01101;
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (int variant = 0; variant < 8; variant++) {
      boolean amsgrad = (variant & 2) != 0;
      var op =
          new AdamStep(
              0.1,
              0.9,
              0.99,
              1e-8,
              0.01,
              (variant & 1) != 0,
              amsgrad,
              (variant & 4) != 0,
              1 + variant);
      Shape s = variant % 2 == 0 ? shape(5, 7) : shape(67);
      var sample = amsgrad ? Sample.of(op, s, s, s, s, s) : Sample.of(op, s, s, s, s);
      sample = sample.in(3, Domain.within(0.1, 1));
      samples.add(amsgrad ? sample.in(4, Domain.within(0.1, 1)) : sample);
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new AdamStep(0.1, 0.9, 0.99, 1e-8, 0, false, false, false, 1),
            ShapeException.class,
            "shapes differ",
            x,
            x,
            TensorSpec.of(shape(4), DType.FLOAT32),
            x),
        ErrorSample.of(
            new AdamStep(0.1, 0.9, 0.99, 1e-8, 0, true, false, false, 1),
            DTypeException.class,
            "needs a floating dtype",
            x,
            TensorSpec.of(shape(3), DType.INT64),
            x,
            x));
  }

  @Override
  public String toString() {
    return (decoupled ? "adamw" : "adam") + "_step[lr=" + lr + ", t=" + step + "]";
  }
}
