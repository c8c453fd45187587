package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Half;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * Activation functions with up to two parameters, elementwise. {@link Kind} has the formulas; what
 * a and b are called there is what they mean.
 *
 * <p>Shape: (*) → (*). Dtype: floating, unchanged; parameters are rounded to the dtype in which it
 * is computed, float32 for half types. Derivatives at kinks are PyTorch's.
 */
public record Activation(Kind kind, double a, double b) implements Op {

  /** The functions. A parameter that is not named is 0. */
  public enum Kind {
    /** x if x &gt; 0, else a (exp(x / a) − 1). Source: Barron, 2017. */
    CELU,
    /** x if x &gt; 0, else a (exp(x) − 1). Source: Clevert, Unterthiner, Hochreiter, 2015. */
    ELU,
    /** x if |x| &gt; a, else 0. */
    HARDSHRINK,
    /** x/6 + ½, limited to 0 … 1. */
    HARDSIGMOID,
    /** x · hardsigmoid(x). Source: Howard et al., "Searching for MobileNetV3", 2019. */
    HARDSWISH,
    /** x, limited to a … b. Unlike clamp it has derivative 0 on the bounds. */
    HARDTANH,
    /** x if x &gt; 0, else a x. */
    LEAKY_RELU,
    /** log(1 / (1 + exp(−x))). */
    LOGSIGMOID,
    /** x · tanh(softplus(x)). Source: Misra, 2019. */
    MISH,
    /** log(1 + exp(a x)) / a, and x itself where a x &gt; b. */
    SOFTPLUS,
    /** x pulled towards 0 by a, and 0 if |x| ≤ a. */
    SOFTSHRINK,
    /** x if x &gt; a, else b. */
    THRESHOLD
  }

  public Activation {
    if (Double.isNaN(a)) {
      throw new IllegalArgumentException(
          kind.name().toLowerCase(Locale.ROOT) + ": parameter NaN: must be a number");
    }
  }

  public Activation(Kind kind) {
    this(kind, 0, 0);
  }

  public Activation(Kind kind, double a) {
    this(kind, a, 0);
  }

  /** The function in double precision, with its parameters rounded for inputs of {@code dtype}. */
  public DoubleUnaryOperator on(DType dtype) {
    DType computed = dtype.isHalf() ? DType.FLOAT32 : dtype;
    double p = Half.round(computed, a);
    double q = Half.round(computed, b);
    return switch (kind) {
      case CELU -> x -> x > 0 ? x : p * Math.expm1(x / p);
      case ELU -> x -> x > 0 ? x : p * Math.expm1(x);
      case HARDSHRINK -> x -> Math.abs(x) <= p ? 0 : x;
      case HARDSIGMOID -> x -> Math.clamp(x + 3, 0.0, 6.0) / 6;
      case HARDSWISH -> x -> x * Math.clamp(x + 3, 0.0, 6.0) / 6;
      case HARDTANH -> x -> Math.min(Math.max(x, p), q);
      case LEAKY_RELU -> x -> x > 0 ? x : x * p;
      case LOGSIGMOID -> x -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
      case MISH -> x -> x * Math.tanh(Math.log1p(Math.exp(x)));
      case SOFTPLUS -> x -> x * p > q ? x : Math.log1p(Math.exp(x * p)) / p;
      case SOFTSHRINK -> x -> x > p ? x - p : x < -p ? x + p : Double.isNaN(x) ? x : 0;
      case THRESHOLD -> x -> x <= p ? q : x;
    };
  }

  /** PyTorch's constant in the derivative of hardsigmoid, in float64 too. */
  private static final double SIXTH = 1f / 6;

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireFloating(this));
  }

  @Override
  public Gradient gradient() {
    return Gradient.fromInput(this::pull);
  }

  private Tensor pull(Tensor g, Tensor x) {
    return switch (kind) {
      case CELU -> {
        double inverse = 1 / (double) (float) a; // PyTorch takes α in float32, in float64 too
        yield x.gt(0).where(g, g.mul(inverse * a).mul(negativePart(x).mul(inverse).exp()));
      }
      case ELU -> x.gt(0).where(g, g.mul(negativePart(x).exp().mul(a)));
      case HARDSHRINK, SOFTSHRINK -> x.abs().le(a).where(Tensor.zerosLike(g), g);
      case HARDSIGMOID -> between(x, -3, 3).where(g.mul(SIXTH), Tensor.zerosLike(g));
      case HARDSWISH -> {
        Tensor inside = g.mul(x.div(3).add(0.5));
        yield x.lt(-3).where(Tensor.zerosLike(g), x.gt(3).where(g, inside));
      }
      case HARDTANH -> between(x, a, b).where(g, Tensor.zerosLike(g));
      case LEAKY_RELU -> x.gt(0).where(g, g.mul(a));
      case LOGSIGMOID -> g.mul(x.neg().sigmoid());
      case MISH -> {
        Tensor t = x.exp().log1p().tanh();
        yield g.mul(t.add(x.mul(x.sigmoid()).mul(t.square().rsub(1))));
      }
      case SOFTPLUS -> x.mul(a).gt(b).where(g, g.mul(x.mul(a).sigmoid()));
      case THRESHOLD -> x.le(a).where(Tensor.zerosLike(g), g);
    };
  }

  /** What overflows above 0 is not looked at there. */
  private static Tensor negativePart(Tensor x) {
    return x.clamp(Double.NEGATIVE_INFINITY, 0);
  }

  private static Tensor between(Tensor x, double low, double high) {
    return x.gt(low).logicalAnd(x.lt(high));
  }

  @Override
  public Autocast autocast() {
    return kind == Kind.SOFTPLUS ? Autocast.FLOAT32 : Autocast.AS_IS;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Kind kind : Kind.values()) {
      Activation op =
          switch (kind) {
            case CELU, ELU -> new Activation(kind, 1.3);
            case HARDSHRINK, SOFTSHRINK -> new Activation(kind, 0.5);
            case HARDTANH -> new Activation(kind, -1, 0.7);
            case LEAKY_RELU -> new Activation(kind, 0.01);
            case SOFTPLUS -> new Activation(kind, 1, 20);
            case THRESHOLD -> new Activation(kind, 0.3, 2);
            case HARDSIGMOID, HARDSWISH, LOGSIGMOID, MISH -> new Activation(kind);
          };
      Domain domain =
          switch (kind) {
            case HARDSHRINK, SOFTSHRINK -> Domain.reals().avoiding(-0.5, 0.5);
            case HARDTANH -> Domain.reals().avoiding(-1.0, 0.7);
            case HARDSIGMOID, HARDSWISH -> Domain.within(-5, 5).avoiding(-3.0, 3.0);
            case THRESHOLD -> Domain.reals().avoiding(0.3);
            case CELU, ELU, LEAKY_RELU, LOGSIGMOID, MISH, SOFTPLUS -> Domain.reals().avoiding(0.0);
          };
      for (Shape shape : Sample.ELEMENTWISE) {
        samples.add(Sample.of(op, shape).in(domain));
      }
    }
    samples.add(
        Sample.of(new Activation(Kind.SOFTPLUS, 2.5, 3), shape(5, 7))
            .in(Domain.within(-3, 3).avoiding(1.2))
            .named("straight above 1.2"));
    samples.add(
        Sample.of(new Activation(Kind.HARDTANH, 2, -2), shape(9))
            .in(Domain.reals())
            .named("low above high gives high"));
    return samples;
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Activation(Kind.ELU, 1),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64)),
        ErrorSample.of(
            new Activation(Kind.MISH),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.BOOL)));
  }

  /** {@code elu[1.0]}. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return switch (kind) {
      case HARDSIGMOID, HARDSWISH, LOGSIGMOID, MISH -> name;
      case CELU, ELU, HARDSHRINK, LEAKY_RELU, SOFTSHRINK -> name + "[" + a + "]";
      case HARDTANH, SOFTPLUS, THRESHOLD -> name + "[" + a + ", " + b + "]";
    };
  }
}
