package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Limits every element to a range: min(max(x, low), high). Infinite bounds leave that side open.
 * NaN stays NaN. On integers the bounds are rounded towards the inside of the range and cut to what
 * the dtype can hold.
 *
 * <p>Shape: (*) → (*). Dtype: unchanged. The gradient is 1 inside the range and on its bounds, else
 * 0, as in PyTorch.
 */
public record Clamp(double low, double high) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireNumeric(this));
  }

  @Override
  public Gradient gradient() {
    return Gradient.fromInput((g, x) -> g.mul(x.ge(low).logicalAnd(x.le(high)).to(g.dtype())));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.NUMERIC;
  }

  public static List<Sample> samples() {
    Domain domain = Domain.reals().avoiding(-1.0, 1.0);
    return List.of(
        Sample.of(new Clamp(-1, 1), shape(5, 7)).in(domain),
        Sample.of(new Clamp(-1, Double.POSITIVE_INFINITY), shape(5, 7)).in(domain),
        Sample.of(new Clamp(Double.NEGATIVE_INFINITY, 1), shape(5, 7)).in(domain),
        Sample.of(new Clamp(-2.5, 3.5), shape(5, 7)).in(domain),
        Sample.of(new Clamp(-1000, 300), shape(5, 7)).in(domain).named("bounds outside int8"),
        Sample.of(new Clamp(1, -1), shape(4)).in(domain).named("low above high gives high"),
        Sample.of(new Clamp(-1, 1), shape()).in(domain),
        Sample.of(new Clamp(-1, 1), shape(0, 3)).in(domain),
        Sample.of(new Clamp(-1, 1), shape(67)).in(domain));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Clamp(0, 1), DTypeException.class, "bool", TensorSpec.of(shape(2), DType.BOOL)),
        ErrorSample.of(
            new Clamp(-1, Double.POSITIVE_INFINITY),
            DTypeException.class,
            "bool",
            TensorSpec.of(shape(), DType.BOOL)));
  }

  @Override
  public String toString() {
    return "clamp(x, " + low + ", " + high + ")";
  }
}
