package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.DeviceException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * One step of stochastic gradient descent, in place and in one pass: d = ∓g + λp (minus when
 * maximising); with momentum b ← μb + (1 − τ)d (b ← d in the first step), d ← d + μb (Nesterov) or
 * b; p ← p − ηd.
 *
 * <p>Inputs: p, g and, with momentum, b, of one shape; p and b change. Half parameters are computed
 * in float32. Source: Sutskever et al., 2013, in PyTorch's form.
 */
public record SgdStep(
    double lr,
    double momentum,
    double dampening,
    double weightDecay,
    boolean nesterov,
    boolean maximize,
    boolean first)
    implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    requireAlike(this, inputs);
    return List.of();
  }

  /** Parameter, gradient and state have one shape and lie on one device. */
  static void requireAlike(Op op, List<TensorSpec> inputs) {
    TensorSpec p = inputs.getFirst().requireFloating(op);
    for (TensorSpec x : inputs) {
      if (!x.shape().equals(p.shape())) {
        throw new ShapeException(
            op
                + ": parameter "
                + p.shape()
                + ", gradient or state "
                + x.shape()
                + ": shapes differ");
      }
      if (!x.device().equals(p.device())) {
        throw new DeviceException(
            op + ": parameter on " + p.device() + ", gradient or state on " + x.device());
      }
      x.requireFloating(op);
    }
  }

  @Override
  public int mutates() {
    return momentum == 0 ? 0b001 : 0b101;
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new SgdStep(0.1, 0, 0, 0, false, false, true), shape(5, 7), shape(5, 7)),
        Sample.of(
            new SgdStep(0.1, 0.9, 0, 0.01, false, false, false), shape(67), shape(67), shape(67)),
        Sample.of(
            new SgdStep(0.1, 0.9, 0.1, 0, false, true, true), shape(67), shape(67), shape(67)),
        Sample.of(
            new SgdStep(0.1, 0.9, 0, 0.01, true, false, false),
            shape(5, 7),
            shape(5, 7),
            shape(5, 7)),
        Sample.of(new SgdStep(0.1, 0, 0, 0, false, false, true), shape(0), shape(0)),
        Sample.of(new SgdStep(0.1, 0, 0, 0.1, false, true, true), shape(), shape()),
        Sample.of(
            new SgdStep(0.01, 0.9, 0, 0, false, false, true),
            shape(2, 3, 4),
            shape(2, 3, 4),
            shape(2, 3, 4)),
        Sample.of(new SgdStep(1, 0, 0, 0, false, false, false), shape(130), shape(130)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new SgdStep(0.1, 0, 0, 0, false, false, true),
            ShapeException.class,
            "shapes differ",
            TensorSpec.of(shape(3), DType.FLOAT32),
            TensorSpec.of(shape(4), DType.FLOAT32)),
        ErrorSample.of(
            new SgdStep(0.1, 0, 0, 0, false, false, true),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64),
            TensorSpec.of(shape(3), DType.INT64)));
  }

  @Override
  public String toString() {
    return "sgd_step[lr=" + lr + "]";
  }
}
