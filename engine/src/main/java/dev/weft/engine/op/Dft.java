package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The discrete Fourier transform along the last dimension: yₖ = scale · Σⱼ xⱼ exp(∓2πi jk/n), with
 * plus where {@code inverse}. {@code Fft} has the other dimensions, real inputs and norms.
 *
 * <p>Shape: (*, n) → (*, n), n ≥ 1. Dtype: complex, unchanged.
 */
public record Dft(boolean inverse, double scale) implements ComplexOp {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireComplex(this).requireRank(this, 1);
    if (x.shape().size(-1) == 0) {
      throw new ShapeException(this + ": " + x + ": has nothing to transform");
    }
    return List.of(x);
  }

  /** The adjoint: the transform in the other direction with the same scale. */
  @Override
  public Gradient gradient() {
    return Gradient.linear(g -> Dispatch.run(new Dft(!inverse, scale), g));
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (int n : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 30, 64}) {
      samples.add(Sample.of(new Dft(false, 1), shape(2, n)));
      samples.add(Sample.of(new Dft(true, 1.0 / n), shape(n)));
    }
    samples.add(Sample.of(new Dft(false, 0.25), shape(2, 37)).named("a prime number"));
    samples.add(Sample.of(new Dft(true, 0.25), shape(2, 74)).named("twice a large prime"));
    samples.add(Sample.of(new Dft(false, 1), shape(3, 2, 9)));
    samples.add(Sample.of(new Dft(false, 1), shape(0, 4)).named("no rows"));
    return samples;
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Dft(false, 1),
            DTypeException.class,
            "needs complex64 or complex128",
            TensorSpec.of(shape(3), DType.FLOAT32)),
        ErrorSample.of(
            new Dft(false, 1),
            ShapeException.class,
            "nothing to transform",
            TensorSpec.of(shape(3, 0), DType.COMPLEX64)),
        ErrorSample.of(
            new Dft(false, 1),
            ShapeException.class,
            "at least 1 dimension",
            TensorSpec.of(shape(), DType.COMPLEX64)));
  }

  @Override
  public String toString() {
    return "dft[" + (inverse ? "inverse, " : "") + "scale=" + scale + "]";
  }
}
