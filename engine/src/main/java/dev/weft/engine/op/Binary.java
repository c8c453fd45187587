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
import dev.weft.engine.DeviceException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Elementwise functions of two inputs of equal shape and dtype, floating or integer. A row is the
 * whole declaration: definition in double, exact definition on integers, domains, gradients.
 *
 * <p>Shape: (*), (*) → (*). Dtype: that of the inputs; rows of the second group give bool. Integer
 * arithmetic wraps; integer division and remainder by zero throw {@link ArithmeticException}.
 */
public enum Binary implements Op {
  ADD(Double::sum, Long::sum, reals(), reals(), parts(part(g -> g), part(g -> g))),
  SUB((x, y) -> x - y, (x, y) -> x - y, reals(), reals(), parts(part(g -> g), part(g -> g.neg()))),
  MUL(
      (x, y) -> x * y,
      (x, y) -> x * y,
      reals(),
      reals(),
      parts(
          fromInputs(0b10, (g, p) -> g.mul(p.input(1))),
          fromInputs(0b01, (g, p) -> g.mul(p.input(0))))),
  /** x / y. On integers the methods of {@code Tensor} convert to floating first (true division). */
  DIV(
      (x, y) -> x / y,
      (x, y) -> x / y,
      reals(),
      within(0.5, 2).integers(1, 6),
      parts(
          fromInputs(0b10, (g, p) -> g.div(p.input(1))),
          from(0b10, 1, (g, p) -> g.mul(p.output(0)).div(p.input(1)).neg()))),
  /**
   * x^y; 0^0 and 1^NaN are 1, (−1)^±∞ too, as in C and PyTorch. On integers y must not be negative.
   */
  POW(
      Binary::power,
      Binary::integerPower,
      within(0.3, 2),
      reals().integers(0, 5),
      parts(
          fromInputs(
              0b11,
              (g, p) ->
                  g.mul(
                      p.input(1)
                          .eq(0)
                          .where(
                              Tensor.zerosLike(p.input(1)),
                              p.input(1).mul(p.input(0).pow(p.input(1).sub(1)))))),
          from(
              0b11,
              1,
              (g, p) ->
                  g.mul(
                      p.input(0)
                          .eq(0)
                          .logicalAnd(p.input(1).ge(0))
                          .where(
                              Tensor.zerosLike(p.output(0)), p.output(0).mul(p.input(0).log())))))),
  /** The larger; NaN if either is. Ties share the gradient in halves. */
  MAXIMUM(Math::max, Math::max, reals(), within(-1.9, 2.1), extreme(true)),
  /** The smaller; NaN if either is. Ties share the gradient in halves. */
  MINIMUM(Math::min, Math::min, reals(), within(-1.9, 2.1), extreme(false)),
  /** ⌊x / y⌋. */
  FLOOR_DIVIDE(
      Binary::floorDivide, Math::floorDiv, reals(), within(0.5, 2).integers(-6, -1), none()),
  /** x − y ⌊x / y⌋: the sign of y. */
  REMAINDER(
      Binary::remainder,
      Math::floorMod,
      within(0.1, 0.4),
      within(0.5, 2).integers(-6, -1),
      parts(
          part(g -> g),
          fromInputs(0b11, (g, p) -> g.mul(p.input(0).floorDivide(p.input(1))).neg()))),
  /** x − y · trunc(x / y): the sign of x. */
  FMOD(
      (x, y) -> x % y,
      (x, y) -> x % y,
      within(0.1, 0.4),
      within(0.5, 2).integers(1, 6),
      parts(
          part(g -> g),
          fromInputs(0b11, (g, p) -> g.mul(p.input(0).div(p.input(1)).trunc()).neg()))),
  /** The angle of the point (y, x): the first input is the ordinate. */
  ATAN2(
      Math::atan2,
      within(0.5, 2),
      within(0.5, 2),
      parts(
          fromInputs(0b11, (g, p) -> g.mul(p.input(1)).div(squares(p))),
          fromInputs(0b11, (g, p) -> g.mul(p.input(0)).div(squares(p)).neg()))),

  EQ((x, y) -> truth(x == y), (x, y) -> truth(x == y)),
  NE((x, y) -> truth(x != y), (x, y) -> truth(x != y)),
  LT((x, y) -> truth(x < y), (x, y) -> truth(x < y)),
  LE((x, y) -> truth(x <= y), (x, y) -> truth(x <= y)),
  GT((x, y) -> truth(x > y), (x, y) -> truth(x > y)),
  GE((x, y) -> truth(x >= y), (x, y) -> truth(x >= y)),
  LOGICAL_AND((x, y) -> truth(x != 0 && y != 0), (x, y) -> truth(x != 0 && y != 0)),
  LOGICAL_OR((x, y) -> truth(x != 0 || y != 0), (x, y) -> truth(x != 0 || y != 0)),
  LOGICAL_XOR((x, y) -> truth(x != 0 != (y != 0)), (x, y) -> truth(x != 0 != (y != 0))),

  BITWISE_AND((x, y) -> x & y),
  BITWISE_OR((x, y) -> x | y),
  BITWISE_XOR((x, y) -> x ^ y);

  private final DoubleBinaryOperator definition;
  private final LongBinaryOperator onIntegers;
  private final Domain first;
  private final Domain second;
  private final Gradient gradient;
  private final Kind kind;

  private enum Kind {
    ARITHMETIC,
    FLOATING_ONLY,
    PREDICATE,
    BITWISE
  }

  Binary(
      DoubleBinaryOperator definition,
      LongBinaryOperator onIntegers,
      Domain first,
      Domain second,
      Gradient gradient) {
    this(definition, onIntegers, first, second, gradient, Kind.ARITHMETIC);
  }

  /** A row for floating dtypes only; the methods of {@code Tensor} convert integers first. */
  Binary(DoubleBinaryOperator definition, Domain first, Domain second, Gradient gradient) {
    this(definition, Binary::undefined, first, second, gradient, Kind.FLOATING_ONLY);
  }

  /** A predicate: bool from any dtype. */
  Binary(DoubleBinaryOperator definition, LongBinaryOperator onIntegers) {
    this(definition, onIntegers, reals(), reals(), none(), Kind.PREDICATE);
  }

  /** On integers and bool only. */
  Binary(LongBinaryOperator onIntegers) {
    this((_, _) -> Double.NaN, onIntegers, reals(), reals(), none(), Kind.BITWISE);
  }

  Binary(
      DoubleBinaryOperator definition,
      LongBinaryOperator onIntegers,
      Domain first,
      Domain second,
      Gradient gradient,
      Kind kind) {
    this.definition = definition;
    this.onIntegers = onIntegers;
    this.first = first;
    this.second = second;
    this.gradient = gradient;
    this.kind = kind;
  }

  /** The function's value in double precision. */
  public double at(double x, double y) {
    return definition.applyAsDouble(x, y);
  }

  /** The function's value on integers (and on bool, as 0 and 1). */
  public long at(long x, long y) {
    return onIntegers.applyAsLong(x, y);
  }

  /** Whether the result is bool. */
  public boolean isPredicate() {
    return kind == Kind.PREDICATE;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0);
    requireSame(this, x, inputs.get(1));
    return List.of(inferred(x));
  }

  /** The result for inputs like {@code x}. */
  TensorSpec inferred(TensorSpec x) {
    if (!dtypes().contains(x.dtype())) {
      throw new DTypeException(this + ": " + x + ": takes " + dtypes());
    }
    return kind == Kind.PREDICATE ? x.withDtype(DType.BOOL) : x;
  }

  /** What elementwise ops of several inputs need: one shape, one dtype, one device. */
  static void requireSame(Op op, TensorSpec x, TensorSpec y) {
    if (!x.device().equals(y.device())) {
      throw new DeviceException(
          op
              + ": "
              + x.device()
              + " and "
              + y.device()
              + ": both inputs must be on one device; use x.to(device)");
    }
    if (x.dtype() != y.dtype()) {
      throw new DTypeException(
          op + ": " + x + " and " + y + ": dtypes differ; convert one with x.to(dtype)");
    }
    if (!x.shape().equals(y.shape())) {
      throw new ShapeException(op + ": " + x.shape() + " and " + y.shape() + ": shapes differ");
    }
  }

  @Override
  public Gradient gradient() {
    return gradient;
  }

  @Override
  public Set<DType> dtypes() {
    return switch (kind) {
      case ARITHMETIC ->
          this == ADD || this == MUL || this == MAXIMUM || this == MINIMUM
              ? DTypes.ALL
              : DTypes.NUMERIC;
      case FLOATING_ONLY -> DTypes.FLOATING;
      case PREDICATE -> DTypes.ALL;
      case BITWISE -> DTypes.INTEGRAL;
    };
  }

  @Override
  public Autocast autocast() {
    return switch (this) {
      case POW -> Autocast.FLOAT32;
      case ATAN2 -> Autocast.WIDEST;
      default -> Autocast.AS_IS;
    };
  }

  private static long truth(boolean value) {
    return value ? 1 : 0;
  }

  private static long undefined(long x, long y) {
    throw new DTypeException("this function is not defined for integers");
  }

  private static long integerPower(long base, long exponent) {
    if (exponent < 0) {
      throw new ArithmeticException(
          "pow: integers to negative integer powers are not integers; convert the base with"
              + " x.to(DType.FLOAT32)");
    }
    long result = 1;
    for (long square = base, left = exponent; left > 0; left >>= 1, square *= square) {
      if ((left & 1) != 0) {
        result *= square;
      }
    }
    return result;
  }

  /** C's fmod is exact; flooring its result avoids the rounding of x / y near integers. */
  private static double remainder(double x, double y) {
    double r = x % y;
    return r != 0 && r < 0 != y < 0 ? r + y : r;
  }

  /** In PyTorch's form: exact for whole quotients, ±∞ or NaN for y = 0. */
  private static double floorDivide(double x, double y) {
    if (y == 0) {
      return x / y;
    }
    double r = x % y;
    double quotient = (x - r) / y;
    if (r != 0 && r < 0 != y < 0) {
      quotient -= 1;
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  /** {@link Math#pow} gives NaN where C has 1: the limit does not depend on the exponent. */
  private static double power(double x, double y) {
    return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : Math.pow(x, y);
  }

  private static Tensor squares(Gradient.Pull p) {
    return p.input(0).square().add(p.input(1).square());
  }

  private static Gradient extreme(boolean larger) {
    return parts(
        fromInputs(0b11, (g, p) -> g.mul(share(p.input(0), p.input(1), larger))),
        fromInputs(0b11, (g, p) -> g.mul(share(p.input(1), p.input(0), larger))));
  }

  /** 1 where x wins against y, ½ where they tie, else 0. */
  private static Tensor share(Tensor x, Tensor y, boolean larger) {
    var strict = (larger ? x.gt(y) : x.lt(y)).to(x.dtype());
    return strict.add(x.eq(y).to(x.dtype()).mul(0.5));
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Binary op : values()) {
      for (Shape size : Sample.ELEMENTWISE) {
        samples.add(Sample.of(op, size, size).in(0, op.first).in(1, op.second));
      }
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    var errors = new ArrayList<ErrorSample>();
    for (Binary op : values()) {
      DType fits = op.kind == Kind.BITWISE ? DType.INT64 : DType.FLOAT32;
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
              TensorSpec.of(shape(2), DType.INT8)));
    }
    return errors;
  }

  /** PyTorch's name: {@code floor_divide}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
