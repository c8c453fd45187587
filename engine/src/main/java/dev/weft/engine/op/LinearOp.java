package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.DeviceException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * An affine map of the last dimension, y = x Wᵀ + b, as one op, so that the bias is added while the
 * product is still in registers.
 *
 * <p>Inputs: x (*, in), W (out, in) and, with {@code bias}, b (out). Shape: (*, out).
 */
public record LinearOp(boolean bias) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireFloating(this).requireRank(this, 1);
    TensorSpec w = inputs.get(1);
    if (w.rank() != 2 || w.shape().size(1) != x.shape().size(-1)) {
      throw new ShapeException(
          this
              + ": input "
              + x.shape()
              + ", weight "
              + w.shape()
              + ": the last size of the input must be the weight's second");
    }
    requireLike(x, w);
    if (bias) {
      TensorSpec b = inputs.get(2);
      requireLike(x, b);
      if (b.rank() != 1 || b.shape().numel() != w.shape().size(0)) {
        throw new ShapeException(
            this
                + ": weight "
                + w.shape()
                + ", bias "
                + b.shape()
                + ": one bias per row of the weight");
      }
    }
    return List.of(x.withShape(x.shape().with(-1, w.shape().size(0))));
  }

  private void requireLike(TensorSpec x, TensorSpec parameter) {
    if (parameter.dtype() != x.dtype()) {
      throw new DTypeException(
          this
              + ": input "
              + x
              + ", parameter "
              + parameter
              + ": dtypes differ; convert the input or the module with to(dtype)");
    }
    if (!parameter.device().equals(x.device())) {
      throw new DeviceException(
          this
              + ": input on "
              + x.device()
              + ", parameter on "
              + parameter.device()
              + ": move one with to(device)");
    }
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.fromInputs(
            0b010, (g, p) -> rows(g).matmul(p.input(1)).reshape(p.inputSpec(0).shape())),
        Gradient.fromInputs(0b001, (g, p) -> rows(g).transpose(0, 1).matmul(rows(p.input(0)))),
        Gradient.part(g -> rows(g).sum(0, false)));
  }

  private static Tensor rows(Tensor x) {
    long last = x.size(-1);
    return x.reshape(
        Shape.of(last == 0 ? x.shape().slice(0, x.rank() - 1).numel() : x.numel() / last, last));
  }

  /** 2 · (*, out) · in; the bias is not counted. */
  @Override
  public long flops(List<TensorSpec> inputs, TensorSpec output) {
    return 2 * output.shape().numel() * inputs.get(0).shape().size(-1);
  }

  @Override
  public Autocast autocast() {
    return Autocast.LOW;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new LinearOp(true), shape(5, 7), shape(4, 7), shape(4)),
        Sample.of(new LinearOp(false), shape(5, 7), shape(4, 7)),
        Sample.of(new LinearOp(true), shape(2, 3, 7), shape(4, 7), shape(4)),
        Sample.of(new LinearOp(true), shape(7), shape(4, 7), shape(4)),
        Sample.of(new LinearOp(true), shape(33, 40), shape(50, 40), shape(50)),
        Sample.of(new LinearOp(true), shape(0, 7), shape(4, 7), shape(4)),
        Sample.of(new LinearOp(false), shape(3, 1), shape(1, 1)),
        Sample.of(new LinearOp(true), shape(3, 0), shape(4, 0), shape(4)).named("no features"));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(5, 7), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new LinearOp(false),
            ShapeException.class,
            "input (5, 7), weight (4, 6)",
            x,
            TensorSpec.of(shape(4, 6), DType.FLOAT32)),
        ErrorSample.of(
            new LinearOp(true),
            ShapeException.class,
            "one bias per row",
            x,
            TensorSpec.of(shape(4, 7), DType.FLOAT32),
            TensorSpec.of(shape(7), DType.FLOAT32)),
        ErrorSample.of(
            new LinearOp(false),
            DTypeException.class,
            "dtypes differ",
            x,
            TensorSpec.of(shape(4, 7), DType.FLOAT64)));
  }

  @Override
  public String toString() {
    return "linear";
  }
}
