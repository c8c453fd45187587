package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * A linear recurrence along {@code dim}: sⱼ = bⱼ + aⱼ sⱼ₋₁, or with {@code reverse} sⱼ = bⱼ + aⱼ
 * sⱼ₊₁. The first s is its b. State-space models are made of it, and gradients of running products.
 *
 * <p>Inputs: b and a, both (*). Shape: (*). Dtype: floating, unchanged.
 */
public record LinearScan(int dim, boolean reverse) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec b = inputs.getFirst().requireFloating(this).requireDim(this, dim);
    Binary.requireSame(this, b, inputs.get(1));
    return List.of(b);
  }

  /** ∂L/∂bⱼ = tⱼ = gⱼ + aⱼ₊₁ tⱼ₊₁, the same recurrence from the other end; ∂L/∂aⱼ = tⱼ sⱼ₋₁. */
  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.fromInputs(0b10, (g, p) -> total(g, p)),
        Gradient.from(0b10, 1, (g, p) -> total(g, p).mul(shifted(p.output(0), dim, reverse, 0))));
  }

  private Tensor total(Tensor g, Gradient.Pull p) {
    return Dispatch.run(new LinearScan(dim, !reverse), g, shifted(p.input(1), dim, !reverse, 0));
  }

  /** yⱼ = xⱼ₋₁, or with {@code reverse} xⱼ₊₁; {@code fill} where there is none. */
  static Tensor shifted(Tensor x, int dim, boolean reverse, double fill) {
    Tensor edge = Tensor.full(edge(x, dim), fill, x.dtype(), x.device());
    return shifted(x, dim, reverse, edge);
  }

  /** As {@link #shifted(Tensor, int, boolean, double)}, with the first (or last) element twice. */
  static Tensor shiftedWithEdge(Tensor x, int dim, boolean reverse) {
    if (x.rank() == 0 || x.size(dim) == 0) {
      return x;
    }
    return shifted(x, dim, reverse, x.narrow(dim, reverse ? x.size(dim) - 1 : 0, 1));
  }

  private static Shape edge(Tensor x, int dim) {
    return x.rank() == 0 || x.size(dim) == 0 ? x.shape() : x.shape().with(dim, 1);
  }

  private static Tensor shifted(Tensor x, int dim, boolean reverse, Tensor edge) {
    if (x.rank() == 0 || x.size(dim) == 0) {
      return edge;
    }
    Tensor rest = x.narrow(dim, reverse ? 1 : 0, x.size(dim) - 1);
    return Tensor.cat(reverse ? List.of(rest, edge) : List.of(edge, rest), dim);
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new LinearScan(0, false), shape(5, 4), shape(5, 4)),
        Sample.of(new LinearScan(0, true), shape(5, 4), shape(5, 4)),
        Sample.of(new LinearScan(1, false), shape(3, 7), shape(3, 7)),
        Sample.of(new LinearScan(1, true), shape(2, 5, 3), shape(2, 5, 3)),
        Sample.of(new LinearScan(0, false), shape(), shape()),
        Sample.of(new LinearScan(1, false), shape(2, 0), shape(2, 0)),
        Sample.of(new LinearScan(0, true), shape(1), shape(1)),
        Sample.of(new LinearScan(0, false), shape(67), shape(67)).within(-0.9, 0.9).named("long"));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2, 3), DType.FLOAT32);
    TensorSpec ints = TensorSpec.of(shape(2, 3), DType.INT64);
    return List.of(
        ErrorSample.of(
            new LinearScan(2, false), ShapeException.class, "dimension 2 is out of range", x, x),
        ErrorSample.of(
            new LinearScan(0, false), DTypeException.class, "needs a floating dtype", ints, ints),
        ErrorSample.of(
            new LinearScan(0, false),
            ShapeException.class,
            "shapes differ",
            x,
            TensorSpec.of(shape(2, 4), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "linear_scan[dim=" + dim + (reverse ? ", reverse" : "") + "]";
  }
}
