package dev.weft.engine.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions on a register of float64, by the methods of {@link FloatMath}. Errors are a few units
 * in the last place.
 *
 * <p>Coefficients stand lowest first. Their fits have 90 digits, see there.
 */
final class DoubleMath {

  private static final double LOG2E = 0x1.71547652b82fep0;
  private static final double LN2_HIGH = 0x1.62e42fefa39efp-1;
  private static final double LN2_LOW = 0x1.abc9e3b39803fp-56;

  /** 1.5 · 2^52: adding it rounds to an integer, which then stands in the low bits. */
  private static final double TO_INTEGER = 0x1.8p52;

  private static final long TO_INTEGER_BITS = 0x4338_0000_0000_0000L;

  /** Beyond these, exp is 0 or +∞. */
  private static final double EXP_LOW = -746;

  private static final double EXP_HIGH = 710;

  /** (exp(r) − 1 − r) / r² for |r| ≤ ½ ln 2; error 1e-16. */
  private static final double[] EXP = {
    0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553cd9p-5,
    0x1.1111111110989p-7, 0x1.6c16c178c18a5p-10, 0x1.a01a01a7e5259p-13,
    0x1.a019b83d2cea4p-16, 0x1.71de0d2e6e42bp-19, 0x1.28927c0646723p-22,
    0x1.af39d92ab3282p-26
  };

  /** 2 (atanh(s) − s) / s³ in s², for 1 + f from √½ to √2 and s = f / (2 + f); error 4e-16. */
  private static final double[] LOG = {
    0x1.5555555555558p-1, 0x1.9999999994b3dp-2, 0x1.2492492ec82aep-2,
    0x1.c71c61d5c8447p-3, 0x1.74630158b20fep-3, 0x1.39f4812658e69p-3,
    0x1.2bd14992c4061p-3
  };

  private static final long SQRT_HALF_BITS = 0x3FE6_A09E_667F_3BCDL;

  /** (tanh(x) − x) / x³ in x², for |x| ≤ 0.6; error 5e-17. */
  private static final double[] TANH = {
    -0x1.5555555555554p-2, 0x1.1111111110ca7p-3, -0x1.ba1ba1b9a09d7p-5,
    0x1.664f4858deaccp-6, -0x1.226e2e08421ccp-7, 0x1.d6d24f72aa874p-9,
    -0x1.7d8a96e9fe13bp-10, 0x1.344f4ae815c3fp-11, -0x1.e710d3f9482d6p-13,
    0x1.5608d4996ede8p-14, -0x1.33a05b8be40c9p-16
  };

  private static final double TANH_SMALL = 0.6;

  /** erf(x) / x in x², for |x| ≤ 1; error 7e-18. */
  private static final double[] ERF = {
    0x1.20dd750429b6dp+0, -0x1.812746b0379c1p-2, 0x1.ce2f21a040f66p-4,
    -0x1.b82ce31203772p-6, 0x1.565bccfa44156p-8, -0x1.c02db0665e53dp-11,
    0x1.f9a2be4f731a1p-14, -0x1.f4ca838adb73bp-17, 0x1.b981d78881a5dp-20,
    -0x1.5c131500d3f88p-23, 0x1.d76af6ca49787p-27, -0x1.ac9585a44fe29p-31
  };

  /** (1 + 2a) exp(a²) erfc(a) in (a − 4) / (a + 4), for a from 0 to 28; error 7e-17. */
  private static final double[] ERFC = {
    0x1.3ba5916e9fd7fp+0, -0x1.1df1ad154a290p-3, 0x1.f7f5df66fb86cp-7,
    0x1.16ecefcfa568fp-4, -0x1.9ddb23c3dbf7ep-4, 0x1.7fee004e0b17cp-4,
    -0x1.0fb06dff5be88p-4, 0x1.3079edf74dfa8p-5, -0x1.096238568ead0p-6,
    0x1.49c672613491bp-8, -0x1.8d4abee6e794dp-11, -0x1.a1df1fd37a91ap-13,
    0x1.3be28aa5264a0p-13, -0x1.99573aaf8d6cap-16, -0x1.78e2e25fb32a5p-17,
    0x1.7efa8caa8bd96p-18, 0x1.4cccc375dcb21p-22, -0x1.b792609d7a011p-21,
    0x1.f95d9c1b8f9dfp-25, 0x1.b547fff5a3ee4p-24, -0x1.44ea3e753d03fp-27,
    -0x1.3203d7029540dp-27
  };

  /** erfc is 0 from here on. */
  private static final double ERFC_HIGH = 28;

  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double GELU_SCALE = 2 * Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBE = GELU_SCALE * 0.044715;

  private static final VectorSpecies<Double> S = Lanes.F64;

  private DoubleMath() {}

  /** Horner's rule. The coefficients are constants of one length: C2 unrolls the loop. */
  private static DoubleVector polynomial(DoubleVector x, double[] coefficients) {
    DoubleVector y = DoubleVector.broadcast(S, coefficients[coefficients.length - 1]);
    for (int i = coefficients.length - 2; i >= 0; i--) {
      y = y.fma(x, DoubleVector.broadcast(S, coefficients[i]));
    }
    return y;
  }

  static DoubleVector exp(DoubleVector x) {
    DoubleVector c = x.max(EXP_LOW).min(EXP_HIGH);
    DoubleVector shifted = c.fma(LOG2E, TO_INTEGER);
    LongVector n = shifted.reinterpretAsLongs().sub(TO_INTEGER_BITS);
    DoubleVector whole = shifted.sub(TO_INTEGER);
    DoubleVector r =
        whole.fma(
            DoubleVector.broadcast(S, -LN2_LOW),
            whole.fma(DoubleVector.broadcast(S, -LN2_HIGH), c));
    DoubleVector y = polynomial(r, EXP).fma(r.mul(r), r).add(1);
    LongVector half = n.lanewise(ASHR, 1); // 2^n may be subnormal or beyond the range
    return y.mul(power(half)).mul(power(n.sub(half)));
  }

  private static DoubleVector power(LongVector exponent) {
    return exponent.add(1023).lanewise(LSHL, 52).reinterpretAsDoubles();
  }

  static DoubleVector log(DoubleVector x) {
    VectorMask<Double> subnormal = x.lt(Double.MIN_NORMAL);
    LongVector bits = x.blend(x.mul(0x1p54), subnormal).reinterpretAsLongs();
    LongVector k = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 52);
    DoubleVector f = bits.sub(k.lanewise(LSHL, 52)).reinterpretAsDoubles().sub(1);
    DoubleVector n = k.add(TO_INTEGER_BITS).reinterpretAsDoubles().sub(TO_INTEGER);
    n = n.blend(n.sub(54), subnormal);
    DoubleVector s = f.div(f.add(2));
    DoubleVector z = s.mul(s);
    DoubleVector r = z.mul(polynomial(z, LOG));
    DoubleVector square = f.mul(f).mul(0.5);
    DoubleVector low = s.fma(square.add(r), n.mul(LN2_LOW));
    DoubleVector y = n.fma(DoubleVector.broadcast(S, LN2_HIGH), f.sub(square.sub(low)));
    y = y.blend(Double.NaN, x.compare(GE, 0).not());
    y = y.blend(Double.NEGATIVE_INFINITY, x.compare(EQ, 0));
    return y.blend(Double.POSITIVE_INFINITY, x.compare(EQ, Double.POSITIVE_INFINITY));
  }

  static DoubleVector tanh(DoubleVector x) {
    DoubleVector a = x.abs();
    DoubleVector e = exp(a.add(a));
    DoubleVector z = x.mul(x);
    DoubleVector small = x.mul(z).fma(polynomial(z, TANH), x);
    DoubleVector large =
        DoubleVector.broadcast(S, 1).sub(DoubleVector.broadcast(S, 2).div(e.add(1)));
    return large.blend(large.neg(), x.compare(LT, 0)).blend(small, a.compare(LT, TANH_SMALL));
  }

  static DoubleVector sigmoid(DoubleVector x) {
    return scaledSigmoid(DoubleVector.broadcast(S, 1), x);
  }

  static DoubleVector silu(DoubleVector x) {
    return scaledSigmoid(x, x);
  }

  /** scale / (1 + exp(−x)), by exp(−|x|), which cannot overflow. */
  private static DoubleVector scaledSigmoid(DoubleVector scale, DoubleVector x) {
    DoubleVector e = exp(x.abs().neg());
    return scale.blend(scale.mul(e), x.compare(LT, 0)).div(e.add(1));
  }

  /** exp(a²) erfc(a), which stays smooth where erfc itself vanishes; for a from 0 on. */
  private static DoubleVector scaledErfc(DoubleVector a) {
    return polynomial(a.sub(4).div(a.add(4)), ERFC).div(a.add(a).add(1));
  }

  static DoubleVector erf(DoubleVector x) {
    DoubleVector a = x.abs().min(ERFC_HIGH);
    DoubleVector large = exp(a.mul(a).neg()).neg().fma(scaledErfc(a), DoubleVector.broadcast(S, 1));
    DoubleVector small = polynomial(x.mul(x), ERF).mul(x);
    DoubleVector signed = large.blend(large.neg(), x.compare(LT, 0));
    return signed.blend(small, a.compare(LT, 1));
  }

  /** x Φ(x), with Φ(−a) = ½ erfc(a / √2) computed directly: no digits cancel for negative x. */
  static DoubleVector gelu(DoubleVector x) {
    DoubleVector a = x.abs().mul(SQRT_HALF).min(ERFC_HIGH);
    DoubleVector tail = exp(x.mul(x).mul(-0.5)).mul(0.5).mul(scaledErfc(a));
    return x.mul(DoubleVector.broadcast(S, 1).sub(tail).blend(tail, x.compare(LT, 0)));
  }

  /** ½x (1 + tanh(u)) is x / (1 + exp(−2u)). */
  static DoubleVector geluTanh(DoubleVector x) {
    return scaledSigmoid(
        x,
        x.mul(
            x.mul(x)
                .fma(DoubleVector.broadcast(S, GELU_CUBE), DoubleVector.broadcast(S, GELU_SCALE))));
  }
}
