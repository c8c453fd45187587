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

  /**
   * 1.5 · 2^23 + 126: adding it rounds x to an integer n, and leaves the exponent of 2^(n − 1) in
   * the low bits.
   */
  static final float TO_EXPONENT = 0x1.8p23f + 126;

  /** Below this, 2^(n − 1) might be subnormal: {@link #LIFT} is added to n, and taken away last. */
  static final float EXP_SMALL = -86.9f;

  static final float LIFT = 64;
  static final float UNLIFT = 0x1p-63f;

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

  // exp(a²) erfc(a) / u in 2.5u − 1.5, for u = 1 / (1 + 0.377a) and a from 0 to 10; error 2e-8
  static final float ERFC_SCALE = 0.377f;
  static final float C0 = 0x1.e2488ap-2f;
  static final float C1 = 0x1.471aa2p-2f;
  static final float C2 = 0x1.3c89c0p-3f;
  static final float C3 = 0x1.93e892p-5f;
  static final float C4 = 0x1.e450eap-8f;
  static final float C5 = -0x1.256526p-10f;
  static final float C6 = -0x1.4298e8p-11f;
  static final float C7 = 0x1.719c6p-16f;
  static final float C8 = 0x1.51517ep-15f;

  static final float GELU_ERFC_SCALE = (float) (0.377 * Math.sqrt(0.5));
  static final float GELU_SCALE = (float) (2 * Math.sqrt(2 / Math.PI));
  static final float GELU_CUBE = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);

  private FloatMath() {}

  // -------------------------------------------------------------------------------------- exp

  // As many operations as possible do not wait for each other: sums of powers in pairs, and limits
  // that are looked at last.

  static float exp(float x) {
    float shifted = Math.fma(x, LOG2E, TO_EXPONENT);
    float y = reducedExp(x, shifted);
    boolean small = x < EXP_SMALL;
    y = y * power(small ? shifted + LIFT : shifted) * (small ? UNLIFT : 2);
    if (x < EXP_LOW) {
      return 0;
    }
    return x > EXP_HIGH ? Float.POSITIVE_INFINITY : y;
  }

  /** ½ exp(x) for x up to 0, and 0 below {@link #EXP_SMALL}. */
  private static float halfOfExp(float x) {
    float shifted = Math.fma(x, LOG2E, TO_EXPONENT);
    return x < EXP_SMALL ? 0 : reducedExp(x, shifted) * power(shifted);
  }

  /** exp(x) / 2^n, for the n that has been added to {@link #TO_EXPONENT}. */
  private static float reducedExp(float x, float shifted) {
    float whole = shifted - TO_EXPONENT;
    float r = Math.fma(whole, -LN2_LOW, Math.fma(whole, -LN2_HIGH, x));
    float square = r * r;
    float p = Math.fma(Math.fma(E6, square, Math.fma(E5, r, E4)), square, Math.fma(E3, r, E2));
    return Math.fma(p, square, r) + 1;
  }

  /** 2^(n − 1). */
  private static float power(float shifted) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << 23);
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

  /**
   * exp(a²) erfc(a) / u, which stays smooth where erfc itself vanishes.
   *
   * @param u 1 / (1 + {@link #ERFC_SCALE} a), for a from 0 on
   */
  private static float scaledErfc(float u) {
    float t = Math.fma(u, 2.5f, -1.5f);
    float square = t * t;
    float low = Math.fma(Math.fma(C3, t, C2), square, Math.fma(C1, t, C0));
    float high = Math.fma(Math.fma(C7, t, C6), square, Math.fma(C5, t, C4));
    float fourth = square * square;
    return Math.fma(Math.fma(C8, fourth, high), fourth, low);
  }

  static float erf(float x) {
    float a = Math.abs(x);
    if (a < 1) {
      float z = x * x;
      float p = Math.fma(Math.fma(Math.fma(R6, z, R5), z, R4), z, R3);
      return Math.fma(Math.fma(Math.fma(p, z, R2), z, R1), z, R0) * x;
    }
    float u = 1 / Math.fma(a, ERFC_SCALE, 1);
    return withSign(Math.fma(-(exp(-(a * a)) * u), scaledErfc(u), 1), x);
  }

  /** x Φ(x), with Φ(−a) = ½ erfc(a / √2) computed directly: no digits cancel for negative x. */
  static float gelu(float x) {
    float u = 1 / Math.fma(Math.abs(x), GELU_ERFC_SCALE, 1);
    float tail = halfOfExp(x * x * -0.5f) * (u * scaledErfc(u));
    return x * (x < 0 ? tail : 1 - tail);
  }

  /** ½x (1 + tanh(u)) is x / (1 + exp(−2u)). */
  static float geluTanh(float x) {
    return scaledSigmoid(x, x * Math.fma(x * x, GELU_CUBE, GELU_SCALE));
  }
}
