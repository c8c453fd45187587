package dev.weft.engine;

import dev.weft.engine.op.SumTo;

/**
 * Second names that PyTorch has for methods of {@link Tensor}, and questions about its memory that
 * programs ask under these names.
 */
public sealed interface AliasOps permits Tensor {

  /** {@link Tensor#abs()}. */
  default Tensor absolute() {
    return ((Tensor) this).abs();
  }

  /** {@link Tensor#neg()}. */
  default Tensor negative() {
    return ((Tensor) this).neg();
  }

  /** {@link Tensor#trunc()}. */
  default Tensor fix() {
    return ((Tensor) this).trunc();
  }

  /** {@link Tensor#acos()}. */
  default Tensor arccos() {
    return ((Tensor) this).acos();
  }

  /** {@link Tensor#asin()}. */
  default Tensor arcsin() {
    return ((Tensor) this).asin();
  }

  /** {@link Tensor#atan()}. */
  default Tensor arctan() {
    return ((Tensor) this).atan();
  }

  /** {@link Tensor#acosh()}. */
  default Tensor arccosh() {
    return ((Tensor) this).acosh();
  }

  /** {@link Tensor#asinh()}. */
  default Tensor arcsinh() {
    return ((Tensor) this).asinh();
  }

  /** {@link Tensor#atanh()}. */
  default Tensor arctanh() {
    return ((Tensor) this).atanh();
  }

  /** {@link Tensor#sigmoid()}. */
  default Tensor expit() {
    return ((Tensor) this).sigmoid();
  }

  /** {@link Tensor#lgamma()}. */
  default Tensor gammaln() {
    return ((Tensor) this).lgamma();
  }

  /** {@link Tensor#digamma()}. */
  default Tensor psi() {
    return ((Tensor) this).digamma();
  }

  /** {@link Tensor#mH()}. */
  default Tensor adjoint() {
    return ((Tensor) this).mH();
  }

  /** {@link Tensor#trapezoid()}. */
  default Tensor trapz() {
    return ((Tensor) this).trapezoid();
  }

  /** {@link Tensor#mul(Tensor)}. */
  default Tensor multiply(Tensor y) {
    return ((Tensor) this).mul(y);
  }

  /** {@link Tensor#mul(double)}. */
  default Tensor multiply(double y) {
    return ((Tensor) this).mul(y);
  }

  /** {@link Tensor#sub(Tensor)}. */
  default Tensor subtract(Tensor y) {
    return ((Tensor) this).sub(y);
  }

  /** {@link Tensor#sub(double)}. */
  default Tensor subtract(double y) {
    return ((Tensor) this).sub(y);
  }

  /** {@link Tensor#div(Tensor)}. */
  default Tensor divide(Tensor y) {
    return ((Tensor) this).div(y);
  }

  /** {@link Tensor#div(double)}. */
  default Tensor divide(double y) {
    return ((Tensor) this).div(y);
  }

  /** {@link Tensor#div(Tensor)}. */
  default Tensor trueDivide(Tensor y) {
    return ((Tensor) this).div(y);
  }

  /** {@link Tensor#div(double)}. */
  default Tensor trueDivide(double y) {
    return ((Tensor) this).div(y);
  }

  /** {@link Tensor#gt(Tensor)}. */
  default Tensor greater(Tensor y) {
    return ((Tensor) this).gt(y);
  }

  /** {@link Tensor#gt(double)}. */
  default Tensor greater(double y) {
    return ((Tensor) this).gt(y);
  }

  /** {@link Tensor#ge(Tensor)}. */
  default Tensor greaterEqual(Tensor y) {
    return ((Tensor) this).ge(y);
  }

  /** {@link Tensor#ge(double)}. */
  default Tensor greaterEqual(double y) {
    return ((Tensor) this).ge(y);
  }

  /** {@link Tensor#lt(Tensor)}. */
  default Tensor less(Tensor y) {
    return ((Tensor) this).lt(y);
  }

  /** {@link Tensor#lt(double)}. */
  default Tensor less(double y) {
    return ((Tensor) this).lt(y);
  }

  /** {@link Tensor#le(Tensor)}. */
  default Tensor lessEqual(Tensor y) {
    return ((Tensor) this).le(y);
  }

  /** {@link Tensor#le(double)}. */
  default Tensor lessEqual(double y) {
    return ((Tensor) this).le(y);
  }

  /** {@link Tensor#ne(Tensor)}. */
  default Tensor notEqual(Tensor y) {
    return ((Tensor) this).ne(y);
  }

  /** {@link Tensor#ne(double)}. */
  default Tensor notEqual(double y) {
    return ((Tensor) this).ne(y);
  }

  /** {@link Tensor#atan2(Tensor)}. */
  default Tensor arctan2(Tensor y) {
    return ((Tensor) this).atan2(y);
  }

  /** {@link Tensor#outer(Tensor)}. */
  default Tensor ger(Tensor y) {
    return ((Tensor) this).outer(y);
  }

  /** {@link Tensor#gammainc(Tensor)}. */
  default Tensor igamma(Tensor y) {
    return ((Tensor) this).gammainc(y);
  }

  /** {@link Tensor#gammaincc(Tensor)}. */
  default Tensor igammac(Tensor y) {
    return ((Tensor) this).gammaincc(y);
  }

  /** {@link Tensor#clamp(double, double)}. */
  default Tensor clip(double low, double high) {
    return ((Tensor) this).clamp(low, high);
  }

  /** {@link Tensor#clamp(Tensor, Tensor)}. */
  default Tensor clip(Tensor low, Tensor high) {
    return ((Tensor) this).clamp(low, high);
  }

  /** {@link Tensor#movedim(int, int)}. */
  default Tensor moveaxis(int source, int destination) {
    return ((Tensor) this).movedim(source, destination);
  }

  /** {@link Tensor#swapaxes}. */
  default Tensor swapdims(int a, int b) {
    return ((Tensor) this).swapaxes(a, b);
  }

  /** {@link Tensor#mvlgamma}. */
  default Tensor multigammaln(int p) {
    return ((Tensor) this).mvlgamma(p);
  }

  /** {@link Linalg#pinv(Tensor)}. */
  default Tensor pinverse() {
    return Linalg.pinv((Tensor) this);
  }

  /** {@link Tensor#rank}. */
  default int ndim() {
    return ((Tensor) this).rank();
  }

  /** {@link Tensor#numel}. */
  default long nelement() {
    return ((Tensor) this).numel();
  }

  /** How many bytes an element takes. */
  default int itemsize() {
    return ((Tensor) this).dtype().bytes();
  }

  /** How many bytes the elements take. */
  default long nbytes() {
    return nelement() * itemsize();
  }

  /** Whether the dtype is floating; complex ones are not. */
  default boolean isFloatingPoint() {
    return ((Tensor) this).dtype().isFloating();
  }

  /** Whether the shapes are equal. */
  default boolean isSameSize(Tensor y) {
    Operands.given("is_same_size", "y", y);
    return ((Tensor) this).shape().equals(y.shape());
  }

  /** In the dtype of {@code y}, on its device. */
  default Tensor typeAs(Tensor y) {
    Operands.given("type_as", "y", y);
    return ((Tensor) this).to(y.device()).to(y.dtype());
  }

  /** Summed to a shape that broadcasts to this one's. */
  default Tensor sumToSize(long... sizes) {
    return Dispatch.run(new SumTo(Shape.of(sizes)), (Tensor) this);
  }

  /** Zeros of this dtype, on this device. */
  default Tensor newZeros(long... sizes) {
    return newFull(0, sizes);
  }

  /** Ones of this dtype, on this device. */
  default Tensor newOnes(long... sizes) {
    return newFull(1, sizes);
  }

  /** A tensor of this dtype, on this device, with one value everywhere. */
  default Tensor newFull(double value, long... sizes) {
    Tensor x = (Tensor) this;
    return Tensor.full(Shape.of(sizes), value, x.dtype(), x.device());
  }
}
