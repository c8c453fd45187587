package dev.weft.engine;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.ComplexUnary;
import dev.weft.engine.op.ViewAsComplex;
import dev.weft.engine.op.ViewAsReal;

/**
 * Methods of {@link Tensor} about complex numbers. Their parts lie side by side in memory, so both
 * parts, and the pairs, are views.
 *
 * <p>Arithmetic, functions, products, sums and shape ops take complex tensors as they take real
 * ones; what needs an order, such as {@code lt}, {@code max} or {@code relu}, refuses them. The
 * gradient of a real number L with respect to z = x + iy is ∂L/∂x + i ∂L/∂y.
 */
public sealed interface ComplexOps permits Tensor {

  /** Whether its elements are complex. */
  default boolean isComplex() {
    return ((Tensor) this).dtype().isComplex();
  }

  /** The parts of a complex tensor as a view. Shape: (*) → (*, 2). See {@link ViewAsReal}. */
  default Tensor viewAsReal() {
    return Dispatch.run(new ViewAsReal(), (Tensor) this);
  }

  /**
   * Pairs of numbers as complex ones, as a view. Shape: (*, 2) → (*). Pairs that do not lie
   * together, at an even place, are refused; {@link Tensor#complex} copies.
   */
  default Tensor viewAsComplex() {
    Tensor x = (Tensor) this;
    var op = new ViewAsComplex();
    boolean pairs = x.rank() > 0 && x.size(-1) == 2;
    if (pairs && op.layout(x.layout()).isEmpty()) {
      throw new ShapeException(
          op
              + ": "
              + x.spec()
              + " with strides "
              + java.util.Arrays.toString(x.layout().strides())
              + " and offset "
              + x.layout().offset()
              + ": the parts do not lie in pairs; use x.contiguous()");
    }
    return Dispatch.run(op, x);
  }

  /** The real part as a view; a real tensor itself. */
  default Tensor real() {
    Tensor x = (Tensor) this;
    return x.isComplex() ? x.viewAsReal().select(-1, 0) : x;
  }

  /** The imaginary part of a complex tensor as a view. */
  default Tensor imag() {
    Tensor x = (Tensor) this;
    x.spec().requireComplex("imag");
    return x.viewAsReal().select(-1, 1);
  }

  /** The conjugate, a copy; a real tensor itself. */
  default Tensor conj() {
    Tensor x = (Tensor) this;
    return x.isComplex() ? Dispatch.run(ComplexUnary.CONJ, x) : x;
  }

  /**
   * The angle to the positive real axis, in (−π, π]; of real numbers 0, or π where they are
   * negative.
   */
  default Tensor angle() {
    Tensor x = (Tensor) this;
    if (x.isComplex()) {
      return Dispatch.run(ComplexUnary.ANGLE, x);
    }
    Tensor y = Operands.floating(x);
    Tensor angle = y.lt(0).where(Math.PI, Tensor.zerosLike(y));
    return y.isnan().where(y, angle);
  }

  /** z / |z|, or 0 at 0; the sign of real numbers. */
  default Tensor sgn() {
    Tensor x = (Tensor) this;
    return x.isComplex() ? Dispatch.run(ComplexUnary.SGN, x) : x.sign();
  }

  /** Whether each element has an imaginary part of 0. */
  default Tensor isreal() {
    Tensor x = (Tensor) this;
    return x.isComplex() ? x.imag().eq(0) : Tensor.ones(x.shape(), DType.BOOL, x.device());
  }

  /** The conjugates of matrices on their side. Shape: (*, m, n) → (*, n, m). */
  default Tensor mH() {
    Tensor x = (Tensor) this;
    return x.mT().conj();
  }

  /** x + y. */
  default Tensor add(Complex y) {
    return Operands.binary(Binary.ADD, (Tensor) this, Tensor.scalar(y, (Tensor) this));
  }

  /** x − y. */
  default Tensor sub(Complex y) {
    return Operands.binary(Binary.SUB, (Tensor) this, Tensor.scalar(y, (Tensor) this));
  }

  /** x · y. */
  default Tensor mul(Complex y) {
    return Operands.binary(Binary.MUL, (Tensor) this, Tensor.scalar(y, (Tensor) this));
  }

  /** x / y. */
  default Tensor div(Complex y) {
    return Operands.binary(Binary.DIV, (Tensor) this, Tensor.scalar(y, (Tensor) this));
  }

  /** x^y, the principal value. */
  default Tensor pow(Complex y) {
    return Operands.binary(Binary.POW, (Tensor) this, Tensor.scalar(y, (Tensor) this));
  }
}
