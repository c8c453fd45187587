package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;
import static dev.weft.engine.op.Domain.reals;
import static dev.weft.engine.op.Domain.within;
import static dev.weft.engine.op.Gradient.from;
import static dev.weft.engine.op.Gradient.fromInputs;
import static dev.weft.engine.op.Gradient.parts;

import dev.weft.engine.Complex;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Elementwise functions of two complex inputs of equal shape and dtype. Sums and differences are
 * those of the parts and need no row.
 *
 * <p>Shape: (*), (*) → (*). Dtype: that of the inputs.
 */
public enum ComplexBinary implements ComplexOp {
  MUL(
      ComplexFunctions::mul,
      reals(),
      parts(
          fromInputs(0b10, (g, p) -> g.mul(p.input(1).conj())),
          fromInputs(0b01, (g, p) -> g.mul(p.input(0).conj())))),
  /** By 0 the parts are divided by 0 each, as in PyTorch. */
  DIV(
      ComplexFunctions::div,
      within(0.3, 2),
      parts(
          fromInputs(0b10, (g, p) -> g.div(p.input(1).conj())),
          from(0b10, 1, (g, p) -> g.mul(p.output(0).div(p.input(1)).conj()).neg()))),
  /** z^w = exp(w log z), the principal value; z⁰ is 1, 0^w is 0 where w has a real part above 0. */
  POW(
      ComplexFunctions::pow,
      within(0.3, 2),
      parts(
          fromInputs(
              0b11,
              (g, p) -> {
                Tensor w = p.input(1);
                Tensor slope = w.mul(p.input(0).pow(w.sub(1)));
                return g.mul(w.eq(0).where(Tensor.zerosLike(w), slope).conj());
              }),
          from(
              0b01,
              1,
              (g, p) -> {
                Tensor z = p.input(0);
                Tensor slope = p.output(0).mul(z.log());
                return g.mul(z.eq(0).where(Tensor.zerosLike(z), slope).conj());
              })));

  /** A function of a + ib and c + id. */
  @FunctionalInterface
  interface Definition {
    Complex at(double a, double b, double c, double d);
  }

  private final Definition definition;
  private final Domain domain;
  private final Gradient gradient;

  ComplexBinary(Definition definition, Domain domain, Gradient gradient) {
    this.definition = definition;
    this.domain = domain;
    this.gradient = gradient;
  }

  /** The function's value at a + ib and c + id. */
  public Complex at(double a, double b, double c, double d) {
    return definition.at(a, b, c, d);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireComplex(this);
    Binary.requireSame(this, x, inputs.get(1));
    return List.of(x);
  }

  @Override
  public Gradient gradient() {
    return gradient;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (ComplexBinary op : values()) {
      for (Shape shape : Sample.ELEMENTWISE) {
        samples.add(Sample.of(op, shape, shape).in(op.domain));
      }
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    var errors = new ArrayList<ErrorSample>();
    TensorSpec z = TensorSpec.of(shape(3), DType.COMPLEX64);
    for (ComplexBinary op : values()) {
      TensorSpec x = TensorSpec.of(shape(3), DType.FLOAT32);
      errors.add(ErrorSample.of(op, DTypeException.class, "needs complex64 or complex128", x, x));
      errors.add(
          ErrorSample.of(
              op, DTypeException.class, "dtypes differ", z, z.withDtype(DType.COMPLEX128)));
      errors.add(
          ErrorSample.of(op, ShapeException.class, "shapes differ", z, z.withShape(shape(4))));
    }
    return errors;
  }

  /** {@code complex.mul}. */
  @Override
  public String toString() {
    return "complex." + name().toLowerCase(Locale.ROOT);
  }
}
