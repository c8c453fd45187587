package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;
import static dev.weft.engine.op.Domain.reals;
import static dev.weft.engine.op.Domain.within;
import static dev.weft.engine.op.Gradient.fromInput;
import static dev.weft.engine.op.Gradient.fromOutput;
import static dev.weft.engine.op.Gradient.linear;

import dev.weft.engine.Complex;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Elementwise functions of one complex input. A row is the whole declaration: its definition in
 * double precision, where it is tested, and its gradient.
 *
 * <p>Shape: (*) → (*). Dtype: unchanged; {@code abs} and {@code angle} give the dtype of the parts.
 */
public enum ComplexUnary implements ComplexOp {
  /** |z|. The gradient at 0 is 0. */
  ABS(
      (a, b) -> new Complex(Math.hypot(a, b), 0),
      reals(),
      fromInput((g, z) -> z.sgn().mul(g)),
      true),
  /** The angle of z to the positive real axis, in (−π, π]. The gradient at 0 is 0. */
  ANGLE(
      (a, b) -> new Complex(Math.atan2(b, a), 0),
      within(0.2, 2),
      fromInput(
          (g, z) -> {
            Tensor zero = z.eq(0);
            Tensor turned = z.mul(Complex.I).div(zero.where(1.0, z.abs()).square());
            return turned.mul(g);
          }),
      true),
  /** The conjugate a − ib. */
  CONJ((a, b) -> new Complex(a, -b), reals(), linear(g -> g.conj())),
  /** z / |z|; 0 at 0, and so is its gradient. */
  SGN(
      ComplexFunctions::sgn,
      within(0.2, 2),
      fromInput(
          (g, z) -> {
            // What of g is across the direction of z, over |z|.
            Tensor zero = z.eq(0);
            Tensor s = z.sgn();
            Tensor across = g.sub(s.mul(g.mul(s.conj()).real()));
            Tensor gradient = across.div(zero.where(1.0, z.abs()));
            return zero.where(Tensor.zerosLike(gradient), gradient);
          })),
  /** 1/z. */
  RECIPROCAL(
      ComplexFunctions::reciprocal,
      within(0.3, 2),
      fromOutput((g, y) -> g.mul(y.square().conj()).neg())),

  EXP(ComplexFunctions::exp, reals(), fromOutput((g, y) -> g.mul(y.conj()))),
  /** exp(z) − 1, exact near 0. */
  EXPM1(ComplexFunctions::expm1, reals(), fromOutput((g, y) -> g.mul(y.conj().add(1)))),
  /** The principal logarithm; its cut is the negative real axis. */
  LOG(ComplexFunctions::log, within(0.2, 2), fromInput((g, z) -> g.div(z.conj()))),
  /** log(1 + z), exact near 0. */
  LOG1P(ComplexFunctions::log1p, within(-0.4, 2), fromInput((g, z) -> g.div(z.conj().add(1)))),
  /** The root with a real part that is not negative; its cut is the negative real axis. */
  SQRT(ComplexFunctions::sqrt, within(0.2, 2), fromOutput((g, y) -> g.div(y.conj().mul(2)))),

  SIN(ComplexFunctions::sin, reals(), fromInput((g, z) -> g.mul(z.conj().cos()))),
  COS(ComplexFunctions::cos, reals(), fromInput((g, z) -> g.mul(z.conj().sin().neg()))),
  TAN(
      ComplexFunctions::tan,
      within(-1.2, 1.2),
      fromOutput((g, y) -> g.mul(y.conj().square().add(1)))),
  ASIN(
      ComplexFunctions::asin,
      within(0.2, 0.9),
      fromInput((g, z) -> g.div(z.conj().square().rsub(1).sqrt()))),
  ACOS(
      ComplexFunctions::acos,
      within(0.2, 0.9),
      fromInput((g, z) -> g.div(z.conj().square().rsub(1).sqrt()).neg())),
  ATAN(
      ComplexFunctions::atan,
      within(0.2, 0.9),
      fromInput((g, z) -> g.div(z.conj().square().add(1)))),
  SINH(ComplexFunctions::sinh, reals(), fromInput((g, z) -> g.mul(z.conj().cosh()))),
  COSH(ComplexFunctions::cosh, reals(), fromInput((g, z) -> g.mul(z.conj().sinh()))),
  TANH(
      ComplexFunctions::tanh,
      within(-1.2, 1.2),
      fromOutput((g, y) -> g.mul(y.conj().square().rsub(1)))),
  ASINH(
      ComplexFunctions::asinh,
      within(0.2, 0.9),
      fromInput((g, z) -> g.div(z.conj().square().add(1).sqrt()))),
  ACOSH(
      ComplexFunctions::acosh,
      within(0.2, 0.9),
      fromInput(
          (g, z) -> {
            Tensor c = z.conj();
            return g.div(c.sub(1).sqrt().mul(c.add(1).sqrt()));
          })),
  ATANH(
      ComplexFunctions::atanh,
      within(0.2, 0.9),
      fromInput((g, z) -> g.div(z.conj().square().rsub(1))));

  /** A function of a + ib. */
  @FunctionalInterface
  interface Definition {
    Complex at(double a, double b);
  }

  private final Definition definition;
  private final Domain domain;
  private final Gradient gradient;
  private final boolean real;

  ComplexUnary(Definition definition, Domain domain, Gradient gradient) {
    this(definition, domain, gradient, false);
  }

  ComplexUnary(Definition definition, Domain domain, Gradient gradient, boolean real) {
    this.definition = definition;
    this.domain = domain;
    this.gradient = gradient;
    this.real = real;
  }

  /** The function's value at re + im·i; of a real function with imaginary part 0. */
  public Complex at(double re, double im) {
    return definition.at(re, im);
  }

  /** Whether the result is real. */
  public boolean isReal() {
    return real;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec z = inputs.getFirst().requireComplex(this);
    return List.of(real ? z.withDtype(z.dtype().toReal()) : z);
  }

  @Override
  public Gradient gradient() {
    return gradient;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (ComplexUnary op : values()) {
      for (Shape shape : Sample.ELEMENTWISE) {
        samples.add(Sample.of(op, shape).in(op.domain));
      }
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    return Arrays.stream(values())
        .flatMap(
            op ->
                Stream.of(DType.FLOAT32, DType.INT64)
                    .map(
                        dtype ->
                            ErrorSample.of(
                                op,
                                DTypeException.class,
                                "needs complex64 or complex128",
                                TensorSpec.of(shape(3), dtype))))
        .toList();
  }

  /** {@code complex.exp}. */
  @Override
  public String toString() {
    return "complex." + name().toLowerCase(Locale.ROOT);
  }
}
