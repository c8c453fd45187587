package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;
import static dev.weft.engine.op.Domain.reals;
import static dev.weft.engine.op.Domain.within;
import static dev.weft.engine.op.Gradient.fromInput;
import static dev.weft.engine.op.Gradient.fromOutput;
import static dev.weft.engine.op.Gradient.linear;
import static dev.weft.engine.op.Gradient.none;
import static dev.weft.engine.op.Gradient.zero;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

/**
 * Elementwise functions of one input. A row is the whole declaration of an op: its double-precision
 * definition, where it is tested, its derivative and, where it takes integers, its exact definition
 * on them.
 *
 * <p>Shape: (*) → (*). Dtype: unchanged; rows marked {@code predicate} give bool.
 */
public enum Unary implements Op {
  NEG(x -> -x, x -> -x, reals(), linear(g -> g.neg())),
  ABS(Math::abs, Math::abs, reals().avoiding(0.0), fromInput((g, x) -> g.mul(x.sign()))),
  /** −1, 0 or 1; NaN stays NaN. */
  SIGN(Math::signum, Long::signum, reals().avoiding(0.0), zero()),
  SQUARE(x -> x * x, x -> x * x, reals(), fromInput((g, x) -> g.mul(x).mul(2))),
  /** The largest integer not above x. */
  FLOOR(Math::floor, x -> x, reals().avoiding(-2.0, -1.0, 0.0, 1.0, 2.0), zero()),
  /** The smallest integer not below x. */
  CEIL(Math::ceil, x -> x, reals().avoiding(-2.0, -1.0, 0.0, 1.0, 2.0), zero()),
  /** The nearest integer; ties to even. */
  ROUND(Math::rint, x -> x, reals().avoiding(-1.5, -0.5, 0.5, 1.5), zero()),
  /** The integer part, towards zero. */
  TRUNC(
      x -> x < 0 ? Math.ceil(x) : Math.floor(x),
      x -> x,
      reals().avoiding(-2.0, -1.0, 0.0, 1.0, 2.0),
      zero()),

  EXP(Math::exp, within(-4, 4), fromOutput((g, y) -> g.mul(y))),
  /** 2^x. */
  EXP2(x -> Math.pow(2, x), within(-4, 4), fromOutput((g, y) -> g.mul(y).mul(Math.log(2)))),
  /** exp(x) − 1, exact near 0. */
  EXPM1(Math::expm1, reals(), fromOutput((g, y) -> g.mul(y.add(1)))),
  /** Natural logarithm: −∞ at 0, NaN below. */
  LOG(Math::log, within(0.1, 10), fromInput((g, x) -> g.div(x))),
  LOG2(
      x -> Math.log(x) / Math.log(2),
      within(0.1, 10),
      fromInput((g, x) -> g.div(x.mul(Math.log(2))))),
  LOG10(Math::log10, within(0.1, 10), fromInput((g, x) -> g.div(x.mul(Math.log(10))))),
  /** log(1 + x), exact near 0. */
  LOG1P(Math::log1p, within(-0.8, 4), fromInput((g, x) -> g.div(x.add(1)))),
  /** Square root: NaN below 0; the derivative at 0 is +∞. */
  SQRT(Math::sqrt, within(0.1, 10), fromOutput((g, y) -> g.div(y.mul(2)))),
  /** 1/√x. */
  RSQRT(
      x -> 1 / Math.sqrt(x),
      within(0.1, 10),
      fromOutput((g, y) -> g.mul(y.square().mul(y)).mul(-0.5))),
  /** 1/x. */
  RECIPROCAL(x -> 1 / x, within(0.3, 4), fromOutput((g, y) -> g.mul(y.square().neg()))),

  SIN(Math::sin, reals(), fromInput((g, x) -> g.mul(x.cos()))),
  COS(Math::cos, reals(), fromInput((g, x) -> g.mul(x.sin().neg()))),
  TAN(Math::tan, within(-1.2, 1.2), fromOutput((g, y) -> g.mul(y.square().add(1)))),
  ASIN(Math::asin, within(-0.9, 0.9), fromInput((g, x) -> g.mul(x.square().rsub(1).rsqrt()))),
  ACOS(Math::acos, within(-0.9, 0.9), fromInput((g, x) -> g.mul(x.square().rsub(1).rsqrt().neg()))),
  ATAN(Math::atan, reals(), fromInput((g, x) -> g.div(x.square().add(1)))),
  SINH(Math::sinh, reals(), fromInput((g, x) -> g.mul(x.cosh()))),
  COSH(Math::cosh, reals(), fromInput((g, x) -> g.mul(x.sinh()))),
  TANH(Math::tanh, reals(), fromOutput((g, y) -> g.mul(y.square().rsub(1)))),
  /** 2/√π ∫₀ˣ exp(−t²) dt. */
  ERF(
      Special::erf,
      reals(),
      fromInput((g, x) -> g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)))),

  /** 1 / (1 + exp(−x)). */
  SIGMOID(x -> 1 / (1 + Math.exp(-x)), reals(), fromOutput((g, y) -> g.mul(y).mul(y.rsub(1)))),
  /** max(x, 0). At the kink the derivative is 0, as in PyTorch; NaN stays NaN. */
  RELU(
      x -> x > 0 || Double.isNaN(x) ? x : 0,
      x -> Math.max(x, 0),
      reals().avoiding(0.0),
      fromOutput((g, y) -> g.mul(y.sign()))),
  /** x Φ(x) with the normal distribution's Φ. Source: Hendrycks, Gimpel, 2016. */
  GELU(x -> 0.5 * x * (1 + Special.erf(x / Math.sqrt(2))), reals(), fromInput(Unary::geluGradient)),
  /** GELU's tanh approximation: ½x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
  GELU_TANH(
      x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
      reals(),
      fromInput(Unary::geluTanhGradient)),
  /** x · sigmoid(x), also called swish. Source: Elfwing, Uchibe, Doya, 2017. */
  SILU(x -> x / (1 + Math.exp(-x)), reals(), fromInput(Unary::siluGradient)),

  /** Whether x is NaN. */
  ISNAN(x -> Double.isNaN(x) ? 1 : 0, _ -> 0, reals()),
  /** Whether x is +∞ or −∞. */
  ISINF(x -> Double.isInfinite(x) ? 1 : 0, _ -> 0, reals()),
  /** Whether x is neither NaN nor infinite. */
  ISFINITE(x -> Double.isFinite(x) ? 1 : 0, _ -> 1, reals()),
  /** Whether x is zero. */
  LOGICAL_NOT(x -> x == 0 ? 1 : 0, x -> x == 0 ? 1 : 0, reals());

  private final DoubleUnaryOperator definition;
  private final Optional<LongUnaryOperator> onIntegers;
  private final Domain domain;
  private final Gradient gradient;
  private final boolean predicate;

  /** A row for floating dtypes only; the methods of {@code Tensor} convert integers first. */
  Unary(DoubleUnaryOperator definition, Domain domain, Gradient gradient) {
    this(definition, Optional.empty(), domain, gradient, false);
  }

  /** A row that keeps integers integer. */
  Unary(
      DoubleUnaryOperator definition,
      LongUnaryOperator onIntegers,
      Domain domain,
      Gradient gradient) {
    this(definition, Optional.of(onIntegers), domain, gradient, false);
  }

  /** A predicate: true or false for every dtype. */
  Unary(DoubleUnaryOperator definition, LongUnaryOperator onIntegers, Domain domain) {
    this(definition, Optional.of(onIntegers), domain, none(), true);
  }

  Unary(
      DoubleUnaryOperator definition,
      Optional<LongUnaryOperator> onIntegers,
      Domain domain,
      Gradient gradient,
      boolean predicate) {
    this.definition = definition;
    this.onIntegers = onIntegers;
    this.domain = domain;
    this.gradient = gradient;
    this.predicate = predicate;
  }

  /** The function's value in double precision. */
  public double at(double x) {
    return definition.applyAsDouble(x);
  }

  /** The function's value on integers (and on bool, as 0 and 1). */
  public long at(long x) {
    return onIntegers
        .orElseThrow(() -> new DTypeException(this + ": is not defined for integers"))
        .applyAsLong(x);
  }

  /** Whether the result is bool. */
  public boolean isPredicate() {
    return predicate;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    if (predicate) {
      return List.of(x.withDtype(DType.BOOL));
    }
    return List.of(onIntegers.isPresent() ? x.requireNumeric(this) : x.requireFloating(this));
  }

  @Override
  public Gradient gradient() {
    return gradient;
  }

  @Override
  public Set<DType> dtypes() {
    if (predicate) {
      return DTypes.ALL;
    }
    return onIntegers.isPresent() ? DTypes.NUMERIC : DTypes.FLOATING;
  }

  /** PyTorch's lists name these as unsafe in low precision. */
  @Override
  public Autocast autocast() {
    return switch (this) {
      case EXP, EXPM1, LOG, LOG2, LOG10, LOG1P, RECIPROCAL, RSQRT, ACOS, ASIN, COSH, SINH, TAN ->
          Autocast.FLOAT32;
      default -> Autocast.AS_IS;
    };
  }

  private static dev.weft.engine.Tensor geluGradient(
      dev.weft.engine.Tensor g, dev.weft.engine.Tensor x) {
    var cdf = x.mul(Math.sqrt(0.5)).erf().add(1).mul(0.5);
    var pdf = x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
    return g.mul(cdf.add(x.mul(pdf)));
  }

  private static dev.weft.engine.Tensor geluTanhGradient(
      dev.weft.engine.Tensor g, dev.weft.engine.Tensor x) {
    double c = Math.sqrt(2 / Math.PI);
    var t = x.mul(x.square().mul(0.044715).add(1)).mul(c).tanh();
    var inner = x.square().mul(3 * 0.044715).add(1).mul(c);
    return g.mul(t.add(1).add(x.mul(t.square().rsub(1)).mul(inner)).mul(0.5));
  }

  private static dev.weft.engine.Tensor siluGradient(
      dev.weft.engine.Tensor g, dev.weft.engine.Tensor x) {
    var s = x.sigmoid();
    return g.mul(s.mul(x.mul(s.rsub(1)).add(1)));
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Unary op : values()) {
      for (Shape shape : Sample.ELEMENTWISE) {
        samples.add(Sample.of(op, shape).in(op.domain));
      }
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    return Arrays.stream(values())
        .filter(op -> !op.predicate)
        .flatMap(
            op ->
                Stream.of(shape(3), shape())
                    .map(
                        shape ->
                            ErrorSample.of(
                                op,
                                DTypeException.class,
                                op.toString(),
                                TensorSpec.of(shape, DType.BOOL))))
        .toList();
  }

  /** PyTorch's name: {@code gelu}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
