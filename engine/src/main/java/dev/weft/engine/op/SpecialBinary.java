package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;
import static dev.weft.engine.op.Domain.reals;
import static dev.weft.engine.op.Domain.within;
import static dev.weft.engine.op.Gradient.from;
import static dev.weft.engine.op.Gradient.fromInputs;
import static dev.weft.engine.op.Gradient.none;
import static dev.weft.engine.op.Gradient.part;
import static dev.weft.engine.op.Gradient.parts;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * The rarer functions of two inputs of equal shape and dtype, elementwise: relatives of {@link
 * Binary} that backends may compute by their definition here.
 *
 * <p>Shape: (*), (*) → (*). Dtype: that of the inputs, from {@link #dtypes}.
 */
public enum SpecialBinary implements Op {
  /** √(x² + y²) without overflow on the way; +∞ when one is infinite, even beside NaN. */
  HYPOT(
      Math::hypot,
      reals(),
      reals(),
      parts(
          from(0b01, 1, (g, p) -> g.mul(p.input(0).div(p.output(0)))),
          from(0b10, 1, (g, p) -> g.mul(p.input(1).div(p.output(0)))))),
  /** |x| with the sign of y, also of −0. */
  COPYSIGN(
      Math::copySign,
      reals().avoiding(0.0),
      reals().avoiding(0.0),
      parts(
          from(
              0b01,
              1,
              (g, p) -> {
                Tensor x = p.input(0);
                return x.eq(0).where(Tensor.zerosLike(x), g.mul(p.output(0).div(x)));
              }),
          part(Tensor::zerosLike))),
  /** The larger; the other one where one is NaN. The gradient of ties goes to x. */
  FMAX(
      (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y),
      Math::max,
      reals(),
      within(-1.9, 2.1),
      choice(true)),
  /** The smaller; the other one where one is NaN. The gradient of ties goes to x. */
  FMIN(
      (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y),
      Math::min,
      reals(),
      within(-1.9, 2.1),
      choice(false)),
  /** log(eˣ + eʸ). */
  LOGADDEXP(
      (x, y) -> x == y ? x + Math.log(2) : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
      reals(),
      reals(),
      parts(
          fromInputs(0b11, (g, p) -> g.mul(p.input(0).sub(p.input(1)).sigmoid())),
          fromInputs(0b11, (g, p) -> g.mul(p.input(1).sub(p.input(0)).sigmoid())))),
  /** log₂(2ˣ + 2ʸ). */
  LOGADDEXP2(
      (x, y) ->
          x == y ? x + 1 : Math.max(x, y) + Math.log1p(Math.pow(2, -Math.abs(x - y))) / Math.log(2),
      reals(),
      reals(),
      parts(
          fromInputs(0b11, (g, p) -> g.div(p.input(1).sub(p.input(0)).exp2().add(1))),
          fromInputs(0b11, (g, p) -> g.div(p.input(0).sub(p.input(1)).exp2().add(1))))),
  /** x log y; 0 where x is 0, whatever y but NaN. */
  XLOGY(
      (x, y) -> x == 0 && !Double.isNaN(y) ? 0 : x * Math.log(y),
      reals().avoiding(0.0),
      within(0.2, 3),
      parts(
          fromInputs(
              0b11,
              (g, p) -> {
                Tensor none = p.input(0).eq(0).logicalAnd(p.input(1).le(0));
                return none.where(Tensor.zerosLike(g), g.xlogy(p.input(1)));
              }),
          fromInputs(0b11, (g, p) -> g.mul(p.input(0).div(p.input(1)))))),
  /** x log(1 + y); 0 where x is 0, whatever y but NaN. */
  XLOG1PY(
      (x, y) -> x == 0 && !Double.isNaN(y) ? 0 : x * Math.log1p(y),
      reals().avoiding(0.0),
      within(-0.8, 3),
      parts(
          fromInputs(
              0b11,
              (g, p) -> {
                Tensor none = p.input(0).eq(0).logicalAnd(p.input(1).le(-1));
                return none.where(Tensor.zerosLike(g), g.xlog1py(p.input(1)));
              }),
          fromInputs(0b11, (g, p) -> g.mul(p.input(0).div(p.input(1).add(1)))))),

  /** Hurwitz's ζ(x, y) = Σ (y + k)⁻ˣ over k ≥ 0. There is no gradient in x. */
  ZETA(
      GammaFunctions::zeta,
      within(1.5, 4),
      within(0.5, 3),
      inSecond((g, p) -> g.mul(p.input(0).add(1).zeta(p.input(1))).mul(p.input(0)).neg())),
  /** The regularised lower incomplete gamma function P(x, y). There is no gradient in x. */
  GAMMAINC(
      GammaFunctions::gammaP,
      within(0.3, 4),
      within(0.2, 4),
      inSecond((g, p) -> g.mul(gammaDensity(p)))),
  /** The regularised upper incomplete gamma function Q(x, y). There is no gradient in x. */
  GAMMAINCC(
      GammaFunctions::gammaQ,
      within(0.3, 4),
      within(0.2, 4),
      inSecond((g, p) -> g.mul(gammaDensity(p)).neg())),

  /** The greatest common divisor; that of 0 and x is |x|. */
  GCD(SpecialBinary::greatestDivisor),
  /** The least common multiple; 0 where one is 0. */
  LCM((x, y) -> x == 0 || y == 0 ? 0 : Math.abs(x / greatestDivisor(x, y) * y)),
  /** x · 2ʸ, with the low bits that the dtype holds; 0 for shifts by 64 and more. */
  BITWISE_LEFT_SHIFT((x, y) -> y < 0 || y > 63 ? 0 : x << y),
  /** ⌊x / 2ʸ⌋: the sign stays. */
  BITWISE_RIGHT_SHIFT((x, y) -> x >> (y < 0 || y > 63 ? 63 : y));

  /** As in PyTorch; the others of floating dtypes refuse two integers. */
  private static final Set<SpecialBinary> OF_INTEGERS_TOO =
      EnumSet.of(COPYSIGN, XLOGY, XLOG1PY, ZETA);

  private final DoubleBinaryOperator definition;
  private final LongBinaryOperator onIntegers;
  private final Domain first;
  private final Domain second;
  private final Gradient gradient;
  private final Set<DType> dtypes;

  /** Whether the methods of {@code Tensor} convert two integers to the default dtype first. */
  public boolean convertsIntegers() {
    return OF_INTEGERS_TOO.contains(this);
  }

  /** On floating dtypes only; {@link #convertsIntegers} says what becomes of integers. */
  SpecialBinary(DoubleBinaryOperator definition, Domain first, Domain second, Gradient gradient) {
    this(definition, (_, _) -> 0, first, second, gradient, DTypes.FLOATING);
  }

  /** On all dtypes. */
  SpecialBinary(
      DoubleBinaryOperator definition,
      LongBinaryOperator onIntegers,
      Domain first,
      Domain second,
      Gradient gradient) {
    this(definition, onIntegers, first, second, gradient, DTypes.ALL);
  }

  /** On integers only. */
  SpecialBinary(LongBinaryOperator onIntegers) {
    this(
        (_, _) -> Double.NaN, onIntegers, reals(), reals().integers(0, 12), none(), DTypes.INTEGER);
  }

  SpecialBinary(
      DoubleBinaryOperator definition,
      LongBinaryOperator onIntegers,
      Domain first,
      Domain second,
      Gradient gradient,
      Set<DType> dtypes) {
    this.definition = definition;
    this.onIntegers = onIntegers;
    this.first = first;
    this.second = second;
    this.gradient = gradient;
    this.dtypes = dtypes;
  }

  /** The function's value in double precision. */
  public double at(double x, double y) {
    return definition.applyAsDouble(x, y);
  }

  /** The function's value on integers (and on bool, as 0 and 1). */
  public long at(long x, long y) {
    return onIntegers.applyAsLong(x, y);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0);
    Binary.requireSame(this, x, inputs.get(1));
    if (!dtypes.contains(x.dtype())) {
      throw new DTypeException(this + ": " + x + ": takes " + dtypes);
    }
    return List.of(x);
  }

  @Override
  public Gradient gradient() {
    return gradient;
  }

  @Override
  public Set<DType> dtypes() {
    return dtypes;
  }

  private static long greatestDivisor(long x, long y) {
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return Math.abs(x);
  }

  /** ∂P/∂y = yˣ⁻¹ e⁻ʸ / Γ(x). */
  private static Tensor gammaDensity(Gradient.Pull p) {
    Tensor a = p.input(0);
    Tensor x = p.input(1);
    return a.sub(1).xlogy(x).sub(x).sub(a.lgamma()).exp();
  }

  private static Gradient choice(boolean larger) {
    return parts(
        fromInputs(0b11, (g, p) -> first(p, larger).where(g, Tensor.zerosLike(g))),
        fromInputs(0b11, (g, p) -> first(p, larger).where(Tensor.zerosLike(g), g)));
  }

  private static Tensor first(Gradient.Pull p, boolean larger) {
    Tensor x = p.input(0);
    Tensor y = p.input(1);
    return (larger ? x.ge(y) : x.le(y)).logicalOr(y.isnan());
  }

  /** A gradient in the second input; asking for one in the first is an error. */
  private static Gradient inSecond(Gradient.PartRule rule) {
    Gradient both = parts(part(Tensor::zerosLike), fromInputs(0b11, rule));
    return new Gradient() {
      @Override
      public boolean reaches(int input) {
        return input == 1;
      }

      @Override
      public Saves saves(int needs) {
        if ((needs & 1) != 0) {
          throw new UnsupportedOperationException(
              "zeta, gammainc, gammaincc: there is no gradient with respect to the first argument;"
                  + " detach() it");
        }
        return both.saves(needs);
      }

      @Override
      public void pull(Pull pull) {
        both.pull(pull);
      }
    };
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (SpecialBinary op : values()) {
      for (Shape size : Sample.ELEMENTWISE) {
        samples.add(Sample.of(op, size, size).in(0, op.first).in(1, op.second));
      }
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    var errors = new ArrayList<ErrorSample>();
    for (SpecialBinary op : values()) {
      DType fits = op.dtypes.contains(DType.FLOAT32) ? DType.FLOAT32 : DType.INT64;
      DType other = fits == DType.FLOAT32 ? DType.INT64 : DType.FLOAT32;
      errors.add(
          ErrorSample.of(
              op,
              ShapeException.class,
              op + ": (2, 3) and (2, 4)",
              TensorSpec.of(shape(2, 3), fits),
              TensorSpec.of(shape(2, 4), fits)));
      errors.add(
          ErrorSample.of(
              op,
              DTypeException.class,
              op.toString(),
              TensorSpec.of(shape(2), fits),
              TensorSpec.of(shape(2), other)));
    }
    return errors;
  }

  /** PyTorch's name: {@code logaddexp2}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
