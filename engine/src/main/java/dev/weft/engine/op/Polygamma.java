package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * The n-th derivative of digamma: ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x) for n ≥ 1, digamma for n = 0.
 *
 * <p>Shape: (*) → (*). Dtype: floating, unchanged. Poles at 0, −1, −2, …
 */
public record Polygamma(int n) implements Op {

  public Polygamma {
    if (n < 0) {
      throw new IllegalArgumentException("polygamma: order " + n + ": must not be negative");
    }
  }

  /** The function's value in double precision. */
  public double at(double x) {
    return GammaFunctions.polygamma(n, x);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireFloating(this));
  }

  @Override
  public Gradient gradient() {
    return Gradient.fromInput((g, x) -> g.mul(x.polygamma(n + 1)));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Polygamma(0), shape(5, 7)).within(0.5, 4),
        Sample.of(new Polygamma(1), shape(5, 7)).within(0.5, 4),
        Sample.of(new Polygamma(2), shape(5, 7)).within(0.5, 4),
        Sample.of(new Polygamma(5), shape(67)).within(1, 4),
        Sample.of(new Polygamma(1), shape()).within(0.5, 4),
        Sample.of(new Polygamma(1), shape(0, 3)),
        Sample.of(new Polygamma(1), shape(9)).within(-2.8, -2.2).named("between two poles"),
        Sample.of(new Polygamma(1), shape(9)).within(50, 90).named("far from the poles"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Polygamma(1),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64)),
        ErrorSample.of(
            new Polygamma(2),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.BOOL)));
  }

  @Override
  public String toString() {
    return "polygamma[n=" + n + "]";
  }
}
