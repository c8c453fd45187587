package dev.weft.engine.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Functions on float32, each twice: on a number and on a register of them, the same operations in
 * the same order, so with the same bits. The JDK's own vector functions differ from its scalar
 * ones, and between the interpreter and C2.
 *
 * <p>Errors are at most 2 units in the last place (measured over all floats for exp, log and tanh,
 * on a dense grid for the others), except where results underflow. The polynomials are near-minimax
 * fits (Chebyshev interpolation with 90 digits) of the function in the comment beside them.
 */
final class FloatMath {

  private static final float LOG2E = 0x1.715476p0f;
  private static final float LN2_HIGH = 0x1.62e43p-1f;
  private static final float LN2_LOW = -0x1.05c61p-29f;

  /** 1.5 · 2^23: adding it rounds to an integer, which then stands in the low bits. */
  private static final float TO_INTEGER = 0x1.8p23f;

  private static final int TO_INTEGER_BITS = 0x4B400000;

  /** Beyond these, exp is 0 or +∞. */
  private static final float EXP_LOW = -104;

  private static final float EXP_HIGH = 89;

  // (exp(r) − 1 − r) / r² for |r| ≤ ½ ln 2; error 7e-8
  private static final float E2 = 0x1p-1f;
  private static final float E3 = 0x1.5554dcp-3f;
  private static final float E4 = 0x1.555518p-5f;
  private static final float E5 = 0x1.120cd4p-7f;
  private static final float E6 = 0x1.6d127p-10f;

  // 2 (atanh(s) − s) / s³ in s², for 1 + f from √½ to √2 and s = f / (2 + f); error 2e-7
  private static final float L1 = 0x1.55555cp-1f;
  private static final float L2 = 0x1.997b2ap-2f;
  private static final float L3 = 0x1.2f143cp-2f;

  private static final int SQRT_HALF_BITS = 0x3F3504F3;

  // (tanh(x) − x) / x³ in x², for |x| ≤ 0.6; error 3e-8
  private static final float T0 = -0x1.555554p-2f;
  private static final float T1 = 0x1.110eep-3f;
  private static final float T2 = -0x1.b955dcp-5f;
  private static final float T3 = 0x1.59e1c8p-6f;
  private static final float T4 = -0x1.9ada6p-8f;
  private static final float TANH_SMALL = 0.6f;

  // erf(x) / x in x², for |x| ≤ 1; error 1e-9
  private static final float R0 = 0x1.20dd74p0f;
  private static final float R1 = -0x1.81273ep-2f;
  private static final float R2 = 0x1.ce2d1p-4f;
  private static final float R3 = -0x1.b7fabap-6f;
  private static final float R4 = 0x1.54127p-8f;
  private static final float R5 = -0x1.a45088p-11f;
  private static final float R6 = 0x1.4a569p-14f;

  // (1 + 2a) exp(a²) erfc(a) in (a − 3) / (a + 3), for a from 0 to 12; error 6e-9
  private static final float C0 = 0x1.40c522p0f;
  private static final float C1 = -0x1.15c08cp-3f;
  private static final float C2 = -0x1.85a1ccp-5f;
  private static final float C3 = 0x1.098462p-3f;
  private static final float C4 = -0x1.e88682p-4f;
  private static final float C5 = 0x1.17ba8ap-4f;
  private static final float C6 = -0x1.861ac4p-6f;
  private static final float C7 = 0x1.4ff88p-9f;
  private static final float C8 = 0x1.0917f4p-9f;
  private static final float C9 = -0x1.8af8a8p-11f;
  private static final float C10 = -0x1.10cd54p-12f;

  /** erfc is 0 in float32 from here on. */
  private static final float ERFC_HIGH = 12;

  private static final float SQRT_HALF = 0x1.6a09e6p-1f;
  private static final float GELU_SCALE = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float GELU_CUBE = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);

  private FloatMath() {}

  // -------------------------------------------------------------------------------------- exp

  static float exp(float x) {
    float c = Math.min(Math.max(x, EXP_LOW), EXP_HIGH);
    float shifted = Math.fma(c, LOG2E, TO_INTEGER);
    int n = Float.floatToRawIntBits(shifted) - TO_INTEGER_BITS;
    float whole = shifted - TO_INTEGER;
    float r = Math.fma(whole, -LN2_LOW, Math.fma(whole, -LN2_HIGH, c));
    float p = Math.fma(Math.fma(Math.fma(Math.fma(E6, r, E5), r, E4), r, E3), r, E2);
    float y = Math.fma(p, r * r, r) + 1;
    int half = n >> 1; // in two steps, so that 2^n may be subnormal or beyond the range
    return y * power(half) * power(n - half);
  }

  private static float power(int exponent) {
    return Float.intBitsToFloat(exponent + 127 << 23);
  }

  static FloatVector exp(FloatVector x) {
    FloatVector c = x.max(EXP_LOW).min(EXP_HIGH);
    FloatVector shifted = c.fma(LOG2E, TO_INTEGER);
    IntVector n = shifted.reinterpretAsInts().sub(TO_INTEGER_BITS);
    FloatVector whole = shifted.sub(TO_INTEGER);
    FloatVector r = whole.fma(all(x, -LN2_LOW), whole.fma(all(x, -LN2_HIGH), c));
    FloatVector p = all(x, E6).fma(r, all(x, E5)).fma(r, all(x, E4)).fma(r, all(x, E3));
    p = p.fma(r, all(x, E2));
    FloatVector y = p.fma(r.mul(r), r).add(1);
    IntVector half = n.lanewise(ASHR, 1);
    return y.mul(power(half)).mul(power(n.sub(half)));
  }

  private static FloatVector power(IntVector exponent) {
    return exponent.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
  }

  private static FloatVector all(FloatVector like, float value) {
    return FloatVector.broadcast(like.species(), value);
  }

  // -------------------------------------------------------------------------------------- log

  static float log(float x) {
    boolean subnormal = x < Float.MIN_NORMAL;
    int bits = Float.floatToRawIntBits(subnormal ? x * 0x1p23f : x);
    int k = bits - SQRT_HALF_BITS >> 23;
    float f = Float.intBitsToFloat(bits - (k << 23)) - 1;
    float n = subnormal ? k - 23f : k;
    float s = f / (f + 2);
    float z = s * s;
    float r = z * Math.fma(Math.fma(L3, z, L2), z, L1);
    float square = f * f * 0.5f;
    float low = Math.fma(s, square + r, n * LN2_LOW);
    float y = Math.fma(n, LN2_HIGH, f - (square - low));
    if (x == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    if (x == Float.POSITIVE_INFINITY) {
      return x;
    }
    return x >= 0 ? y : Float.NaN;
  }

  static FloatVector log(FloatVector x) {
    VectorMask<Float> subnormal = x.lt(Float.MIN_NORMAL);
    IntVector bits = x.blend(x.mul(0x1p23f), subnormal).reinterpretAsInts();
    IntVector k = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 23);
    FloatVector f = bits.sub(k.lanewise(LSHL, 23)).reinterpretAsFloats().sub(1);
    FloatVector n = (FloatVector) k.convert(I2F, 0);
    n = n.blend(n.sub(23), subnormal);
    FloatVector s = f.div(f.add(2));
    FloatVector z = s.mul(s);
    FloatVector r = z.mul(all(x, L3).fma(z, all(x, L2)).fma(z, all(x, L1)));
    FloatVector square = f.mul(f).mul(0.5f);
    FloatVector low = s.fma(square.add(r), n.mul(LN2_LOW));
    FloatVector y = n.fma(all(x, LN2_HIGH), f.sub(square.sub(low)));
    y = y.blend(Float.NaN, x.compare(GE, 0).not());
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0));
    return y.blend(Float.POSITIVE_INFINITY, x.compare(EQ, Float.POSITIVE_INFINITY));
  }

  // ---------------------------------------------------------------------- tanh and the logistic

  static float tanh(float x) {
    float a = Math.abs(x);
    if (a < TANH_SMALL) {
      float z = x * x;
      float p = Math.fma(Math.fma(Math.fma(Math.fma(T4, z, T3), z, T2), z, T1), z, T0);
      return Math.fma(x * z, p, x);
    }
    return withSign(1 - 2 / (exp(a + a) + 1), x);
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector z = x.mul(x);
    FloatVector p = all(x, T4).fma(z, all(x, T3)).fma(z, all(x, T2)).fma(z, all(x, T1));
    FloatVector small = x.mul(z).fma(p.fma(z, all(x, T0)), x);
    FloatVector large = all(x, 1).sub(all(x, 2).div(exp(a.add(a)).add(1)));
    return withSign(large, x).blend(small, a.compare(LT, TANH_SMALL));
  }

  /** A number that is not negative, with the sign of another. */
  private static float withSign(float y, float x) {
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & Integer.MIN_VALUE);
  }

  private static FloatVector withSign(FloatVector y, FloatVector x) {
    return y.reinterpretAsInts()
        .or(x.reinterpretAsInts().and(Integer.MIN_VALUE))
        .reinterpretAsFloats();
  }

  static float sigmoid(float x) {
    return scaledSigmoid(1, x);
  }

  static FloatVector sigmoid(FloatVector x) {
    return scaledSigmoid(all(x, 1), x);
  }

  static float silu(float x) {
    return scaledSigmoid(x, x);
  }

  static FloatVector silu(FloatVector x) {
    return scaledSigmoid(x, x);
  }

  /** scale / (1 + exp(−x)), by exp(−|x|), which cannot overflow. */
  private static float scaledSigmoid(float scale, float x) {
    float e = exp(-Math.abs(x));
    return (x < 0 ? scale * e : scale) / (e + 1);
  }

  private static FloatVector scaledSigmoid(FloatVector scale, FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    return scale.blend(scale.mul(e), x.compare(LT, 0)).div(e.add(1));
  }

  // ------------------------------------------------------------------------------ erf and gelu

  /** exp(a²) erfc(a), which stays smooth where erfc itself vanishes; for a from 0 on. */
  private static float scaledErfc(float a) {
    float t = (a - 3) / (a + 3);
    float p = Math.fma(Math.fma(Math.fma(Math.fma(C10, t, C9), t, C8), t, C7), t, C6);
    p = Math.fma(Math.fma(Math.fma(Math.fma(p, t, C5), t, C4), t, C3), t, C2);
    return Math.fma(Math.fma(p, t, C1), t, C0) / (a + a + 1);
  }

  private static FloatVector scaledErfc(FloatVector a) {
    FloatVector t = a.sub(3).div(a.add(3));
    FloatVector p = all(a, C10).fma(t, all(a, C9)).fma(t, all(a, C8)).fma(t, all(a, C7));
    p = p.fma(t, all(a, C6)).fma(t, all(a, C5)).fma(t, all(a, C4)).fma(t, all(a, C3));
    p = p.fma(t, all(a, C2)).fma(t, all(a, C1)).fma(t, all(a, C0));
    return p.div(a.add(a).add(1));
  }

  static float erf(float x) {
    float a = Math.min(Math.abs(x), ERFC_HIGH);
    if (a < 1) {
      float z = x * x;
      float p = Math.fma(Math.fma(Math.fma(R6, z, R5), z, R4), z, R3);
      return Math.fma(Math.fma(Math.fma(p, z, R2), z, R1), z, R0) * x;
    }
    return withSign(Math.fma(-exp(-(a * a)), scaledErfc(a), 1), x);
  }

  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs().min(ERFC_HIGH);
    FloatVector z = x.mul(x);
    FloatVector p = all(x, R6).fma(z, all(x, R5)).fma(z, all(x, R4)).fma(z, all(x, R3));
    FloatVector small = p.fma(z, all(x, R2)).fma(z, all(x, R1)).fma(z, all(x, R0)).mul(x);
    FloatVector large = exp(a.mul(a).neg()).neg().fma(scaledErfc(a), all(x, 1));
    return withSign(large, x).blend(small, a.compare(LT, 1));
  }

  /** x Φ(x), with Φ(−a) = ½ erfc(a / √2) computed directly: no digits cancel for negative x. */
  static float gelu(float x) {
    float a = Math.min(Math.abs(x) * SQRT_HALF, ERFC_HIGH);
    float tail = exp(x * x * -0.5f) * 0.5f * scaledErfc(a);
    return x * (x < 0 ? tail : 1 - tail);
  }

  static FloatVector gelu(FloatVector x) {
    FloatVector a = x.abs().mul(SQRT_HALF).min(ERFC_HIGH);
    FloatVector tail = exp(x.mul(x).mul(-0.5f)).mul(0.5f).mul(scaledErfc(a));
    return x.mul(all(x, 1).sub(tail).blend(tail, x.compare(LT, 0)));
  }

  /** ½x (1 + tanh(u)) is x / (1 + exp(−2u)). */
  static float geluTanh(float x) {
    return scaledSigmoid(x, x * Math.fma(x * x, GELU_CUBE, GELU_SCALE));
  }

  static FloatVector geluTanh(FloatVector x) {
    return scaledSigmoid(x, x.mul(x.mul(x).fma(all(x, GELU_CUBE), all(x, GELU_SCALE))));
  }
}
