package dev.weft.engine.cpu;

/**
 * Functions on float32, each as the same operations in the same order as in {@link
 * FloatVectorMath}, so with the same bits. The JDK's own vector functions differ from its scalar
 * ones, and between the interpreter and C2.
 *
 * <p>Errors are at most 2 units in the last place, except where results underflow. The polynomials
 * are near-minimax fits (Chebyshev interpolation with 90 digits) of the function beside them.
 */
final class FloatMath {

  static final float LOG2E = 0x1.715476p0f;
  static final float LN2_HIGH = 0x1.62e43p-1f;
  static final float LN2_LOW = -0x1.05c61p-29f;

  /** 1.5 · 2^23: adding it rounds to an integer, which then stands in the low bits. */
  static final float TO_INTEGER = 0x1.8p23f;

  static final int TO_INTEGER_BITS = 0x4B400000;

  /** Beyond these, exp is 0 or +∞. */
  static final float EXP_LOW = -104;

  static final float EXP_HIGH = 89;

  // (exp(r) − 1 − r) / r² for |r| ≤ ½ ln 2; error 7e-8
  static final float E2 = 0x1p-1f;
  static final float E3 = 0x1.5554dcp-3f;
  static final float E4 = 0x1.555518p-5f;
  static final float E5 = 0x1.120cd4p-7f;
  static final float E6 = 0x1.6d127p-10f;

  // 2 (atanh(s) − s) / s³ in s², for 1 + f from √½ to √2 and s = f / (2 + f); error 2e-7
  static final float L1 = 0x1.55555cp-1f;
  static final float L2 = 0x1.997b2ap-2f;
  static final float L3 = 0x1.2f143cp-2f;

  static final int SQRT_HALF_BITS = 0x3F3504F3;

  // (tanh(x) − x) / x³ in x², for |x| ≤ 0.6; error 3e-8
  static final float T0 = -0x1.555554p-2f;
  static final float T1 = 0x1.110eep-3f;
  static final float T2 = -0x1.b955dcp-5f;
  static final float T3 = 0x1.59e1c8p-6f;
  static final float T4 = -0x1.9ada6p-8f;
  static final float TANH_SMALL = 0.6f;

  // erf(x) / x in x², for |x| ≤ 1; error 1e-9
  static final float R0 = 0x1.20dd74p0f;
  static final float R1 = -0x1.81273ep-2f;
  static final float R2 = 0x1.ce2d1p-4f;
  static final float R3 = -0x1.b7fabap-6f;
  static final float R4 = 0x1.54127p-8f;
  static final float R5 = -0x1.a45088p-11f;
  static final float R6 = 0x1.4a569p-14f;

  // (1 + 2a) exp(a²) erfc(a) in (a − 3) / (a + 3), for a from 0 to 12; error 6e-9
  static final float C0 = 0x1.40c522p0f;
  static final float C1 = -0x1.15c08cp-3f;
  static final float C2 = -0x1.85a1ccp-5f;
  static final float C3 = 0x1.098462p-3f;
  static final float C4 = -0x1.e88682p-4f;
  static final float C5 = 0x1.17ba8ap-4f;
  static final float C6 = -0x1.861ac4p-6f;
  static final float C7 = 0x1.4ff88p-9f;
  static final float C8 = 0x1.0917f4p-9f;
  static final float C9 = -0x1.8af8a8p-11f;
  static final float C10 = -0x1.10cd54p-12f;

  /** erfc is 0 in float32 from here on. */
  static final float ERFC_HIGH = 12;

  static final float SQRT_HALF = 0x1.6a09e6p-1f;
  static final float GELU_SCALE = (float) (2 * Math.sqrt(2 / Math.PI));
  static final float GELU_CUBE = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);

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

  /** A number that is not negative, with the sign of another. */
  private static float withSign(float y, float x) {
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & Integer.MIN_VALUE);
  }

  static float sigmoid(float x) {
    return scaledSigmoid(1, x);
  }

  static float silu(float x) {
    return scaledSigmoid(x, x);
  }

  /** scale / (1 + exp(−x)), by exp(−|x|), which cannot overflow. */
  private static float scaledSigmoid(float scale, float x) {
    float e = exp(-Math.abs(x));
    return (x < 0 ? scale * e : scale) / (e + 1);
  }

  // ------------------------------------------------------------------------------ erf and gelu

  /** exp(a²) erfc(a), which stays smooth where erfc itself vanishes; for a from 0 on. */
  private static float scaledErfc(float a) {
    float t = (a - 3) / (a + 3);
    float p = Math.fma(Math.fma(Math.fma(Math.fma(C10, t, C9), t, C8), t, C7), t, C6);
    p = Math.fma(Math.fma(Math.fma(Math.fma(p, t, C5), t, C4), t, C3), t, C2);
    return Math.fma(Math.fma(p, t, C1), t, C0) / (a + a + 1);
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

  /** x Φ(x), with Φ(−a) = ½ erfc(a / √2) computed directly: no digits cancel for negative x. */
  static float gelu(float x) {
    float a = Math.min(Math.abs(x) * SQRT_HALF, ERFC_HIGH);
    float tail = exp(x * x * -0.5f) * 0.5f * scaledErfc(a);
    return x * (x < 0 ? tail : 1 - tail);
  }

  /** ½x (1 + tanh(u)) is x / (1 + exp(−2u)). */
  static float geluTanh(float x) {
    return scaledSigmoid(x, x * Math.fma(x * x, GELU_CUBE, GELU_SCALE));
  }
}
