package dev.weft.engine;

import dev.weft.engine.op.Polygamma;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.SpecialUnary;

/**
 * Special functions of {@link Tensor}, elementwise; PyTorch has most of them in {@code
 * torch.special}. Integers become the default dtype first; two tensors are broadcast and promoted.
 */
public sealed interface SpecialOps permits Tensor {

  /** The inverse of cosh; NaN below 1. See {@link SpecialUnary#ACOSH}. */
  default Tensor acosh() {
    return special(SpecialUnary.ACOSH);
  }

  /** The inverse of sinh. See {@link SpecialUnary#ASINH}. */
  default Tensor asinh() {
    return special(SpecialUnary.ASINH);
  }

  /** The inverse of tanh; ±∞ at ±1, NaN outside. See {@link SpecialUnary#ATANH}. */
  default Tensor atanh() {
    return special(SpecialUnary.ATANH);
  }

  /** 1 − erf(x). See {@link SpecialUnary#ERFC}. */
  default Tensor erfc() {
    return special(SpecialUnary.ERFC);
  }

  /** exp(x²) erfc(x). See {@link SpecialUnary#ERFCX}. */
  default Tensor erfcx() {
    return special(SpecialUnary.ERFCX);
  }

  /** The inverse of erf. See {@link SpecialUnary#ERFINV}. */
  default Tensor erfinv() {
    return special(SpecialUnary.ERFINV);
  }

  /** The normal distribution's Φ(x) = ½ erfc(−x/√2). */
  default Tensor ndtr() {
    return ((Tensor) this).mul(-Math.sqrt(0.5)).erfc().mul(0.5);
  }

  /** The inverse of Φ; NaN outside 0 to 1. See {@link SpecialUnary#NDTRI}. */
  default Tensor ndtri() {
    return special(SpecialUnary.NDTRI);
  }

  /** log Φ(x), without underflow. See {@link SpecialUnary#LOG_NDTR}. */
  default Tensor logNdtr() {
    return special(SpecialUnary.LOG_NDTR);
  }

  /** log |Γ(x)|. See {@link SpecialUnary#LGAMMA}. */
  default Tensor lgamma() {
    return special(SpecialUnary.LGAMMA);
  }

  /** The derivative of log Γ, also called psi. See {@link SpecialUnary#DIGAMMA}. */
  default Tensor digamma() {
    return special(SpecialUnary.DIGAMMA);
  }

  /** x = mantissa · 2^exponent. */
  record Frexp(Tensor mantissa, Tensor exponent) {}

  /**
   * The mantissa, from ½ to 1 in magnitude, and the exponent as int32; 0, ±∞ and NaN are their own
   * mantissa and have exponent 0.
   */
  default Frexp frexp() {
    Tensor x = (Tensor) this;
    x.spec().requireFloating("frexp");
    return new Frexp(
        special(SpecialUnary.MANTISSA), special(SpecialUnary.EXPONENT).to(DType.INT32));
  }

  /** The n-th derivative of digamma. See {@link Polygamma}. */
  default Tensor polygamma(int n) {
    return Operands.inFloating(new Polygamma(n), (Tensor) this);
  }

  /** log of the multivariate Γₚ(x): p (p − 1)/4 log π + Σ log Γ(x − j/2) over j from 0 to p − 1. */
  default Tensor mvlgamma(int p) {
    if (p < 1) {
      throw new IllegalArgumentException("mvlgamma: p = " + p + ": must be at least 1");
    }
    ((Tensor) this).spec().requireNumeric("mvlgamma");
    Tensor x = Operands.floating((Tensor) this);
    Tensor sum = x.lgamma();
    for (int j = 1; j < p; j++) {
      sum = sum.add(x.sub(j / 2.0).lgamma());
    }
    return sum.add(p * (p - 1) / 4.0 * Math.log(Math.PI));
  }

  /** The modified Bessel function I₀. See {@link SpecialUnary#I0}. */
  default Tensor i0() {
    return special(SpecialUnary.I0);
  }

  /** I₀(x) e⁻|x|. See {@link SpecialUnary#I0E}. */
  default Tensor i0e() {
    return special(SpecialUnary.I0E);
  }

  /** The modified Bessel function I₁. See {@link SpecialUnary#I1}. */
  default Tensor i1() {
    return special(SpecialUnary.I1);
  }

  /** I₁(x) e⁻|x|. See {@link SpecialUnary#I1E}. */
  default Tensor i1e() {
    return special(SpecialUnary.I1E);
  }

  /** sin(πx) / (πx); 1 at 0. See {@link SpecialUnary#SINC}. */
  default Tensor sinc() {
    return special(SpecialUnary.SINC);
  }

  /** −x log x; 0 at 0, −∞ below. See {@link SpecialUnary#ENTR}. */
  default Tensor entr() {
    return special(SpecialUnary.ENTR);
  }

  /** log(x / (1 − x)). See {@link SpecialUnary#LOGIT}. */
  default Tensor logit() {
    return special(SpecialUnary.LOGIT);
  }

  /** log(x / (1 − x)) with x limited to [eps, 1 − eps] first. */
  default Tensor logit(double eps) {
    return Operands.floating((Tensor) this).clamp(eps, 1 - eps).logit();
  }

  /** x log y; 0 where x is 0. See {@link SpecialBinary#XLOGY}. */
  default Tensor xlogy(Tensor y) {
    return special(SpecialBinary.XLOGY, y);
  }

  /** x log y; 0 where x is 0. */
  default Tensor xlogy(double y) {
    return xlogy(Operands.scalar((Tensor) this, y));
  }

  /** x log(1 + y); 0 where x is 0. See {@link SpecialBinary#XLOG1PY}. */
  default Tensor xlog1py(Tensor y) {
    return special(SpecialBinary.XLOG1PY, y);
  }

  /** x log(1 + y); 0 where x is 0. */
  default Tensor xlog1py(double y) {
    return xlog1py(Operands.scalar((Tensor) this, y));
  }

  /** log(eˣ + eʸ). See {@link SpecialBinary#LOGADDEXP}. */
  default Tensor logaddexp(Tensor y) {
    return special(SpecialBinary.LOGADDEXP, y);
  }

  /** log₂(2ˣ + 2ʸ). See {@link SpecialBinary#LOGADDEXP2}. */
  default Tensor logaddexp2(Tensor y) {
    return special(SpecialBinary.LOGADDEXP2, y);
  }

  /** Hurwitz's ζ(x, q). See {@link SpecialBinary#ZETA}. */
  default Tensor zeta(Tensor q) {
    return special(SpecialBinary.ZETA, q);
  }

  /**
   * The regularised lower incomplete gamma function P(x, y). See {@link SpecialBinary#GAMMAINC}.
   */
  default Tensor gammainc(Tensor y) {
    return special(SpecialBinary.GAMMAINC, y);
  }

  /**
   * The regularised upper incomplete gamma function Q(x, y). See {@link SpecialBinary#GAMMAINCC}.
   */
  default Tensor gammaincc(Tensor y) {
    return special(SpecialBinary.GAMMAINCC, y);
  }

  private Tensor special(SpecialUnary op) {
    return Operands.inFloating(op, (Tensor) this);
  }

  private Tensor special(SpecialBinary op, Tensor y) {
    return Operands.binary(op, (Tensor) this, y);
  }
}
