package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.DeviceException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Matrix products: y[…, i, j] = Σₖ a[…, i, k] b[…, k, j].
 *
 * <p>Shape: (*, m, k), (*, k, n) → (*, m, n), with equal batch sizes; {@code Tensor.matmul} adds
 * PyTorch's broadcasting and vectors. Dtype: any numeric; half types are summed in float32. With k
 * = 0 the product is 0.
 */
public record Matmul() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = inputs.get(0);
    TensorSpec b = inputs.get(1);
    if (!a.device().equals(b.device())) {
      throw new DeviceException(
          this + ": " + a.device() + " and " + b.device() + ": both inputs must be on one device");
    }
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          this + ": " + a + " @ " + b + ": dtypes differ; convert one with x.to(dtype)");
    }
    a.requireNumeric(this);
    if (a.rank() < 2 || b.rank() < 2) {
      throw new ShapeException(this + ": " + a.shape() + " @ " + b.shape() + ": needs matrices");
    }
    if (a.shape().size(-1) != b.shape().size(-2)) {
      throw innerSizesDiffer(a.shape(), b.shape());
    }
    Shape batch = a.shape().slice(0, a.rank() - 2);
    if (!batch.equals(b.shape().slice(0, b.rank() - 2))) {
      throw new ShapeException(
          this + ": " + a.shape() + " @ " + b.shape() + ": batch sizes differ");
    }
    return List.of(a.withShape(batch.concat(shape(a.shape().size(-2), b.shape().size(-1)))));
  }

  private static Shape shape(long rows, long columns) {
    return Shape.of(rows, columns);
  }

  /** The commonest mistake of all, in one sentence. */
  public static ShapeException innerSizesDiffer(Shape a, Shape b) {
    return new ShapeException(
        "matmul: "
            + a
            + " @ "
            + b
            + ": inner sizes "
            + a.size(-1)
            + " and "
            + b.size(b.rank() == 1 ? -1 : -2)
            + " differ");
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.fromInputs(0b10, (g, p) -> g.matmul(p.input(1).transpose(-2, -1))),
        Gradient.fromInputs(0b01, (g, p) -> p.input(0).transpose(-2, -1).matmul(g)));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.NUMERIC;
  }

  /** 2 · (batch, m, n) · k. */
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
        Sample.of(new Matmul(), Shape.of(5, 7), Shape.of(7, 4)),
        Sample.of(new Matmul(), Shape.of(2, 5, 7), Shape.of(2, 7, 4)),
        Sample.of(new Matmul(), Shape.of(2, 3, 4, 5), Shape.of(2, 3, 5, 6)),
        Sample.of(new Matmul(), Shape.of(1, 7), Shape.of(7, 1)),
        Sample.of(new Matmul(), Shape.of(3, 1), Shape.of(1, 4)),
        Sample.of(new Matmul(), Shape.of(33, 35), Shape.of(35, 34)),
        Sample.of(new Matmul(), Shape.of(3, 0), Shape.of(0, 4)),
        Sample.of(new Matmul(), Shape.of(0, 3), Shape.of(3, 4)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(Shape.of(8, 16), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new Matmul(),
            ShapeException.class,
            "matmul: (8, 16) @ (32, 4): inner sizes 16 and 32 differ",
            x,
            TensorSpec.of(Shape.of(32, 4), DType.FLOAT32)),
        ErrorSample.of(
            new Matmul(),
            DTypeException.class,
            "dtypes differ",
            x,
            TensorSpec.of(Shape.of(16, 4), DType.FLOAT64)),
        ErrorSample.of(
            new Matmul(),
            ShapeException.class,
            "batch sizes differ",
            TensorSpec.of(Shape.of(2, 8, 16), DType.FLOAT32),
            TensorSpec.of(Shape.of(3, 16, 4), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "matmul";
  }
}
