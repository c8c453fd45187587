package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Running totals along {@code dim}: yⱼ combines x₀ … xⱼ, or with {@code reverse} xⱼ … xₙ₋₁.
 *
 * <p>Shape: (*) → (*). Dtype: sums and products of integers and bool are int64; log-sum-exp takes
 * floating dtypes. Half types are accumulated in float32 or wider.
 */
public record Scan(Kind kind, int dim, boolean reverse) implements Op {

  /** How elements are combined. */
  public enum Kind {
    SUM,
    PROD,
    /** log Σ exp(x), with a shift so that nothing overflows. */
    LOGSUMEXP
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireDim(this, dim);
    if (kind == Kind.LOGSUMEXP) {
      return List.of(x.requireFloating(this));
    }
    return List.of(x.dtype().isFloating() ? x : x.withDtype(DType.INT64));
  }

  /** A running total's gradient is a running total from the other end; none divides by x. */
  @Override
  public Gradient gradient() {
    return switch (kind) {
      case SUM -> Gradient.linear(g -> Dispatch.run(new Scan(Kind.SUM, dim, !reverse), g));
      // dL/dxⱼ = yⱼ₋₁ sⱼ with sⱼ = gⱼ + xⱼ₊₁ sⱼ₊₁.
      case PROD ->
          Gradient.parts(
              Gradient.from(
                  1,
                  1,
                  (g, p) -> {
                    Tensor later = LinearScan.shifted(p.input(0), dim, !reverse, 0);
                    Tensor s = Dispatch.run(new LinearScan(dim, !reverse), g, later);
                    return LinearScan.shifted(p.output(0), dim, reverse, 1).mul(s);
                  }));
      // dL/dxⱼ = exp(xⱼ − yⱼ) sⱼ with sⱼ = gⱼ + exp(yⱼ − yⱼ₊₁) sⱼ₊₁; y grows, so nothing overflows.
      case LOGSUMEXP ->
          Gradient.parts(
              Gradient.from(
                  1,
                  1,
                  (g, p) -> {
                    Tensor y = p.output(0);
                    Tensor seen = y.ne(Double.NEGATIVE_INFINITY);
                    Tensor known = seen.where(y, Tensor.zerosLike(y));
                    Tensor next = LinearScan.shiftedWithEdge(known, dim, !reverse);
                    Tensor decay = seen.where(known.sub(next), Tensor.zerosLike(y)).exp();
                    Tensor s = Dispatch.run(new LinearScan(dim, !reverse), g, decay);
                    return p.input(0).sub(known).exp().mul(s);
                  }));
    };
  }

  @Override
  public Set<DType> dtypes() {
    return kind == Kind.LOGSUMEXP ? DTypes.FLOATING : DTypes.ALL;
  }

  @Override
  public Autocast autocast() {
    return Autocast.FLOAT32;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Kind kind : Kind.values()) {
      for (boolean reverse : new boolean[] {false, true}) {
        samples.add(Sample.of(new Scan(kind, 0, reverse), shape(5, 4)));
        samples.add(Sample.of(new Scan(kind, 1, reverse), shape(3, 7)));
        samples.add(Sample.of(new Scan(kind, 1, reverse), shape(2, 5, 3)));
        samples.add(Sample.of(new Scan(kind, 0, reverse), shape()));
        samples.add(Sample.of(new Scan(kind, 1, reverse), shape(2, 0)));
        samples.add(Sample.of(new Scan(kind, 0, reverse), shape(1)));
      }
    }
    samples.add(Sample.of(new Scan(Kind.SUM, 0, false), shape(300)).named("long"));
    samples.add(
        Sample.of(new Scan(Kind.LOGSUMEXP, 0, false), shape(6))
            .within(700, 900)
            .named("overflows without a shift"));
    return samples;
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Scan(Kind.SUM, 2, false),
            ShapeException.class,
            "dimension 2 is out of range",
            TensorSpec.of(shape(2, 3), DType.FLOAT32)),
        ErrorSample.of(
            new Scan(Kind.LOGSUMEXP, 0, false),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64)));
  }

  /** {@code cumsum[dim=0]}. */
  @Override
  public String toString() {
    String name = kind == Kind.LOGSUMEXP ? "logcumsumexp" : "cum" + kind.name();
    return name.toLowerCase(Locale.ROOT) + "[dim=" + dim + (reverse ? ", reverse" : "") + "]";
  }
}
