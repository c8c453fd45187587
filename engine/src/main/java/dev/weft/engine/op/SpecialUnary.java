package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;
import static dev.weft.engine.op.Domain.reals;
import static dev.weft.engine.op.Domain.within;
import static dev.weft.engine.op.Gradient.fromInput;
import static dev.weft.engine.op.Gradient.fromOutput;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/**
 * Special functions of one input, elementwise: the rarer relatives of {@link Unary}, which backends
 * may compute by their definition here.
 *
 * <p>Shape: (*) → (*). Dtype: floating, unchanged; the methods of {@code Tensor} convert integers.
 */
public enum SpecialUnary implements Op {
  ACOSH(Special::acosh, within(1.2, 4), fromInput((g, x) -> g.mul(x.square().sub(1).rsqrt()))),
  ASINH(Special::asinh, reals(), fromInput((g, x) -> g.mul(x.square().add(1).rsqrt()))),
  /** ±∞ at ±1, NaN outside. */
  ATANH(Special::atanh, within(-0.9, 0.9), fromInput((g, x) -> g.div(x.square().rsub(1)))),

  /** 1 − erf(x), without the cancellation for large x. */
  ERFC(
      Special::erfc,
      reals(),
      fromInput((g, x) -> g.mul(x.square().neg().exp()).mul(-2 / Math.sqrt(Math.PI)))),
  /** exp(x²) erfc(x). */
  ERFCX(
      Special::erfcx,
      reals(),
      Gradient.parts(
          Gradient.from(
              1,
              1,
              (g, p) -> {
                Tensor slope = p.input(0).mul(p.output(0)).mul(2);
                return g.mul(slope.sub(2 / Math.sqrt(Math.PI)));
              }))),
  /** The inverse of erf: ±∞ at ±1, NaN outside. */
  ERFINV(
      Special::erfinv,
      within(-0.9, 0.9),
      fromOutput((g, y) -> g.mul(y.square().exp()).mul(Math.sqrt(Math.PI) / 2))),
  /** The inverse of the normal distribution's Φ; NaN outside 0 to 1. */
  NDTRI(
      Special::ndtri,
      within(0.05, 0.95),
      fromOutput((g, y) -> g.mul(y.square().mul(0.5).exp()).mul(Math.sqrt(2 * Math.PI)))),
  /** The logarithm of the normal distribution's Φ. */
  LOG_NDTR(
      Special::logNdtr,
      reals(),
      fromInput((g, x) -> g.div(x.mul(-Math.sqrt(0.5)).erfcx()).mul(Math.sqrt(2 / Math.PI)))),

  /** log |Γ(x)|. */
  LGAMMA(GammaFunctions::lgamma, within(0.3, 4), fromInput((g, x) -> g.mul(x.digamma()))),
  /** The derivative of log Γ. */
  DIGAMMA(GammaFunctions::digamma, within(0.3, 4), fromInput((g, x) -> g.mul(x.polygamma(1)))),

  /** The modified Bessel function of the first kind, of order 0. */
  I0(BesselFunctions::i0, reals(), fromInput((g, x) -> g.mul(x.i1()))),
  /** I₀(x) e⁻|x|. */
  I0E(
      BesselFunctions::i0e,
      reals().avoiding(0.0),
      Gradient.parts(
          Gradient.from(
              1, 1, (g, p) -> g.mul(p.input(0).i1e().sub(p.input(0).sign().mul(p.output(0))))))),
  /** The modified Bessel function of the first kind, of order 1. */
  I1(
      BesselFunctions::i1,
      reals().avoiding(0.0),
      Gradient.parts(
          Gradient.from(
              1, 1, (g, p) -> g.mul(lessRatio(p.input(0).i0(), p.output(0), p.input(0)))))),
  /** I₁(x) e⁻|x|. */
  I1E(
      BesselFunctions::i1e,
      reals().avoiding(0.0),
      Gradient.parts(
          Gradient.from(
              1,
              1,
              (g, p) -> {
                Tensor x = p.input(0);
                Tensor scaled = x.i0e().sub(x.sign().mul(p.output(0)));
                return g.mul(lessRatio(scaled, p.output(0), x));
              }))),

  /** sin(πx) / (πx); 1 at 0. */
  SINC(
      Special::sinc,
      reals().avoiding(0.0),
      Gradient.parts(
          Gradient.from(
              1,
              1,
              (g, p) -> {
                Tensor x = p.input(0);
                Tensor zero = x.eq(0);
                Tensor safe = zero.where(Tensor.onesLike(x), x);
                Tensor slope = x.mul(Math.PI).cos().sub(p.output(0)).div(safe);
                return g.mul(zero.where(Tensor.zerosLike(x), slope));
              }))),
  /** m with x = m 2ᵉ and ½ ≤ |m| &lt; 1; 0, ±∞ and NaN are their own. */
  MANTISSA(
      Special::mantissa,
      within(0.6, 0.9),
      Gradient.parts(
          Gradient.from(
              1,
              1,
              (g, p) -> {
                Tensor x = p.input(0);
                Tensor zero = x.eq(0);
                Tensor safe = zero.where(Tensor.onesLike(x), x);
                return g.mul(zero.where(Tensor.onesLike(x), p.output(0).div(safe)));
              }))),
  /** e with x = m 2ᵉ and ½ ≤ |m| &lt; 1; 0 of 0, ±∞ and NaN. */
  EXPONENT(Special::exponent, reals().avoiding(0.0), Gradient.none()),
  /** −x log x; 0 at 0, −∞ below. */
  ENTR(Special::entr, within(0.1, 3), fromInput((g, x) -> g.mul(x.log().add(1).neg()))),
  /** log(x / (1 − x)): the inverse of sigmoid. */
  LOGIT(
      x -> Math.log(x / (1 - x)),
      within(0.05, 0.95),
      fromInput(
          (g, x) -> {
            Tensor inside = x.ge(0).logicalAnd(x.le(1));
            return inside.where(g.div(x.mul(x.rsub(1))), Double.NaN);
          }));

  private final DoubleUnaryOperator definition;
  private final Domain domain;
  private final Gradient gradient;

  SpecialUnary(DoubleUnaryOperator definition, Domain domain, Gradient gradient) {
    this.definition = definition;
    this.domain = domain;
    this.gradient = gradient;
  }

  /** The function's value in double precision. */
  public double at(double x) {
    return definition.applyAsDouble(x);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireFloating(this));
  }

  @Override
  public Gradient gradient() {
    return gradient;
  }

  /** a − y / x, which tends to ½ at 0 for the Bessel functions of order 1. */
  private static Tensor lessRatio(Tensor a, Tensor y, Tensor x) {
    Tensor zero = x.eq(0);
    Tensor safe = zero.where(Tensor.onesLike(x), x);
    return zero.where(Tensor.onesLike(x).mul(0.5), a.sub(y.div(safe)));
  }

  @Override
  public Autocast autocast() {
    return this == ERFINV ? Autocast.FLOAT32 : Autocast.AS_IS;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (SpecialUnary op : values()) {
      for (Shape shape : Sample.ELEMENTWISE) {
        samples.add(Sample.of(op, shape).in(op.domain));
      }
    }
    samples.add(Sample.of(LGAMMA, shape(9)).within(0.9, 2.1).named("around the zeros at 1 and 2"));
    samples.add(Sample.of(LGAMMA, shape(9)).within(-2.9, -2.1).named("between two poles"));
    samples.add(Sample.of(DIGAMMA, shape(9)).within(-2.9, -2.1).named("between two poles"));
    samples.add(Sample.of(LOG_NDTR, shape(9)).within(-12, -8).named("far below"));
    samples.add(Sample.of(I0E, shape(9)).within(28, 32).named("where the series change"));
    samples.add(Sample.of(I1E, shape(9)).within(-32, -28).named("where the series change"));
    return samples;
  }

  public static List<ErrorSample> errors() {
    return Arrays.stream(values())
        .flatMap(
            op ->
                Stream.of(DType.INT64, DType.BOOL)
                    .map(
                        dtype ->
                            ErrorSample.of(
                                op,
                                DTypeException.class,
                                op.toString(),
                                TensorSpec.of(shape(3), dtype))))
        .toList();
  }

  /** PyTorch's name: {@code log_ndtr}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
