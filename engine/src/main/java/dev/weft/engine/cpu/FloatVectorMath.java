package dev.weft.engine.cpu;

import static dev.weft.engine.cpu.FloatMath.ERFC_HIGH;
import static dev.weft.engine.cpu.FloatMath.EXP_HIGH;
import static dev.weft.engine.cpu.FloatMath.EXP_LOW;
import static dev.weft.engine.cpu.FloatMath.LN2_LOW;
import static dev.weft.engine.cpu.FloatMath.LOG2E;
import static dev.weft.engine.cpu.FloatMath.SQRT_HALF;
import static dev.weft.engine.cpu.FloatMath.SQRT_HALF_BITS;
import static dev.weft.engine.cpu.FloatMath.TANH_SMALL;
import static dev.weft.engine.cpu.FloatMath.TO_INTEGER;
import static dev.weft.engine.cpu.FloatMath.TO_INTEGER_BITS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Functions on a register of float32; {@link FloatMath} says what they compute, and computes the
 * same bits.
 *
 * <p>C2 stops inlining methods of ours once 8,000 bytes of bytecode are in, which is some 40
 * operations of the Vector API. So these call each other first and the API after, and constants are
 * registers already.
 */
final class FloatVectorMath {

  private static final FloatVector ONE = all(1);
  private static final FloatVector TWO = all(2);
  private static final FloatVector LN2_HIGH = all(FloatMath.LN2_HIGH);
  private static final FloatVector E2 = all(FloatMath.E2);
  private static final FloatVector E3 = all(FloatMath.E3);
  private static final FloatVector E4 = all(FloatMath.E4);
  private static final FloatVector E5 = all(FloatMath.E5);
  private static final FloatVector E6 = all(FloatMath.E6);
  private static final FloatVector L1 = all(FloatMath.L1);
  private static final FloatVector L2 = all(FloatMath.L2);
  private static final FloatVector L3 = all(FloatMath.L3);
  private static final FloatVector T0 = all(FloatMath.T0);
  private static final FloatVector T1 = all(FloatMath.T1);
  private static final FloatVector T2 = all(FloatMath.T2);
  private static final FloatVector T3 = all(FloatMath.T3);
  private static final FloatVector T4 = all(FloatMath.T4);
  private static final FloatVector R0 = all(FloatMath.R0);
  private static final FloatVector R1 = all(FloatMath.R1);
  private static final FloatVector R2 = all(FloatMath.R2);
  private static final FloatVector R3 = all(FloatMath.R3);
  private static final FloatVector R4 = all(FloatMath.R4);
  private static final FloatVector R5 = all(FloatMath.R5);
  private static final FloatVector R6 = all(FloatMath.R6);
  private static final FloatVector C0 = all(FloatMath.C0);
  private static final FloatVector C1 = all(FloatMath.C1);
  private static final FloatVector C2 = all(FloatMath.C2);
  private static final FloatVector C3 = all(FloatMath.C3);
  private static final FloatVector C4 = all(FloatMath.C4);
  private static final FloatVector C5 = all(FloatMath.C5);
  private static final FloatVector C6 = all(FloatMath.C6);
  private static final FloatVector C7 = all(FloatMath.C7);
  private static final FloatVector C8 = all(FloatMath.C8);
  private static final FloatVector C9 = all(FloatMath.C9);
  private static final FloatVector C10 = all(FloatMath.C10);
  private static final FloatVector GELU_SCALE = all(FloatMath.GELU_SCALE);
  private static final FloatVector GELU_CUBE = all(FloatMath.GELU_CUBE);
  private static final FloatVector MINUS_LN2_HIGH = all(-FloatMath.LN2_HIGH);
  private static final FloatVector MINUS_LN2_LOW = all(-FloatMath.LN2_LOW);

  private FloatVectorMath() {}

  private static FloatVector all(float value) {
    return FloatVector.broadcast(Lanes.F32, value);
  }

  // -------------------------------------------------------------------------------------- exp

  static FloatVector exp(FloatVector x) {
    FloatVector c = below(x.blend(EXP_LOW, x.compare(LT, EXP_LOW)), EXP_HIGH);
    FloatVector shifted = c.fma(LOG2E, TO_INTEGER);
    IntVector n = shifted.reinterpretAsInts().sub(TO_INTEGER_BITS);
    FloatVector whole = shifted.sub(TO_INTEGER);
    FloatVector r = whole.fma(MINUS_LN2_LOW, whole.fma(MINUS_LN2_HIGH, c));
    FloatVector p = E6.fma(r, E5).fma(r, E4).fma(r, E3);
    p = p.fma(r, E2);
    FloatVector y = p.fma(r.mul(r), r).add(1);
    IntVector half = n.lanewise(ASHR, 1);
    return y.mul(power(half)).mul(power(n.sub(half)));
  }

  /**
   * The smaller one; NaN stays. Math.min cares for the sign of 0, which takes three times as long.
   */
  private static FloatVector below(FloatVector x, float limit) {
    return x.blend(limit, x.compare(GT, limit));
  }

  private static FloatVector power(IntVector exponent) {
    return exponent.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
  }

  // -------------------------------------------------------------------------------------- log

  static FloatVector log(FloatVector x) {
    VectorMask<Float> subnormal = x.lt(Float.MIN_NORMAL);
    IntVector bits = x.blend(x.mul(0x1p23f), subnormal).reinterpretAsInts();
    IntVector k = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 23);
    FloatVector f = bits.sub(k.lanewise(LSHL, 23)).reinterpretAsFloats().sub(1);
    FloatVector n = (FloatVector) k.convert(I2F, 0);
    n = n.blend(n.sub(23), subnormal);
    FloatVector s = f.div(f.add(2));
    FloatVector z = s.mul(s);
    FloatVector r = z.mul(L3.fma(z, L2).fma(z, L1));
    FloatVector square = f.mul(f).mul(0.5f);
    FloatVector low = s.fma(square.add(r), n.mul(LN2_LOW));
    FloatVector y = n.fma(LN2_HIGH, f.sub(square.sub(low)));
    y = y.blend(Float.NaN, x.compare(GE, 0).not());
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0));
    return y.blend(Float.POSITIVE_INFINITY, x.compare(EQ, Float.POSITIVE_INFINITY));
  }

  // ---------------------------------------------------------------------- tanh and the logistic

  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector e = exp(a.add(a));
    FloatVector z = x.mul(x);
    FloatVector p = T4.fma(z, T3).fma(z, T2).fma(z, T1);
    FloatVector small = x.mul(z).fma(p.fma(z, T0), x);
    FloatVector large = ONE.sub(TWO.div(e.add(1)));
    return large.blend(large.neg(), x.compare(LT, 0)).blend(small, a.compare(LT, TANH_SMALL));
  }

  static FloatVector sigmoid(FloatVector x) {
    return scaledSigmoid(ONE, x);
  }

  static FloatVector silu(FloatVector x) {
    return scaledSigmoid(x, x);
  }

  private static FloatVector scaledSigmoid(FloatVector scale, FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    return scale.blend(scale.mul(e), x.compare(LT, 0)).div(e.add(1));
  }

  // ------------------------------------------------------------------------------ erf and gelu

  private static FloatVector scaledErfc(FloatVector a) {
    FloatVector t = a.sub(3).div(a.add(3));
    FloatVector p = C10.fma(t, C9).fma(t, C8).fma(t, C7);
    p = p.fma(t, C6).fma(t, C5).fma(t, C4).fma(t, C3);
    p = p.fma(t, C2).fma(t, C1).fma(t, C0);
    return p.div(a.add(a).add(1));
  }

  static FloatVector erf(FloatVector x) {
    FloatVector a = below(x.abs(), ERFC_HIGH);
    FloatVector large = exp(a.mul(a).neg()).neg().fma(scaledErfc(a), ONE);
    FloatVector z = x.mul(x);
    FloatVector p = R6.fma(z, R5).fma(z, R4).fma(z, R3).fma(z, R2).fma(z, R1).fma(z, R0);
    FloatVector signed = large.blend(large.neg(), x.compare(LT, 0));
    return signed.blend(p.mul(x), a.compare(LT, 1));
  }

  static FloatVector gelu(FloatVector x) {
    FloatVector a = below(x.abs().mul(SQRT_HALF), ERFC_HIGH);
    FloatVector tail = exp(x.mul(x).mul(-0.5f)).mul(0.5f).mul(scaledErfc(a));
    return x.mul(ONE.sub(tail).blend(tail, x.compare(LT, 0)));
  }

  static FloatVector geluTanh(FloatVector x) {
    return scaledSigmoid(x, x.mul(x.mul(x).fma(GELU_CUBE, GELU_SCALE)));
  }
}
