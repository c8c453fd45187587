package dev.weft.engine.cpu;

import static dev.weft.engine.cpu.FloatMath.ERFC_SCALE;
import static dev.weft.engine.cpu.FloatMath.EXP_HIGH;
import static dev.weft.engine.cpu.FloatMath.EXP_LOW;
import static dev.weft.engine.cpu.FloatMath.EXP_SMALL;
import static dev.weft.engine.cpu.FloatMath.GELU_ERFC_SCALE;
import static dev.weft.engine.cpu.FloatMath.LIFT;
import static dev.weft.engine.cpu.FloatMath.LN2_LOW;
import static dev.weft.engine.cpu.FloatMath.LOG2E;
import static dev.weft.engine.cpu.FloatMath.SQRT_HALF_BITS;
import static dev.weft.engine.cpu.FloatMath.TANH_SMALL;
import static dev.weft.engine.cpu.FloatMath.TO_EXPONENT;
import static dev.weft.engine.cpu.FloatMath.UNLIFT;
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
    FloatVector shifted = x.fma(LOG2E, TO_EXPONENT);
    FloatVector y = reducedExp(x, shifted);
    VectorMask<Float> small = x.compare(LT, EXP_SMALL);
    FloatVector lifted = shifted.blend(shifted.add(LIFT), small);
    y = y.mul(power(lifted)).mul(TWO.blend(UNLIFT, small));
    y = y.blend(0, x.compare(LT, EXP_LOW));
    return y.blend(Float.POSITIVE_INFINITY, x.compare(GT, EXP_HIGH));
  }

  private static FloatVector halfOfExp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2E, TO_EXPONENT);
    return reducedExp(x, shifted).mul(power(shifted)).blend(0, x.compare(LT, EXP_SMALL));
  }

  private static FloatVector reducedExp(FloatVector x, FloatVector shifted) {
    FloatVector whole = shifted.sub(TO_EXPONENT);
    FloatVector r = whole.fma(MINUS_LN2_LOW, whole.fma(MINUS_LN2_HIGH, x));
    FloatVector square = r.mul(r);
    FloatVector p = E6.fma(square, E5.fma(r, E4)).fma(square, E3.fma(r, E2));
    return p.fma(square, r).add(1);
  }

  private static FloatVector power(FloatVector shifted) {
    return shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
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

  private static FloatVector scaledErfc(FloatVector u) {
    FloatVector t = u.fma(2.5f, -1.5f);
    FloatVector square = t.mul(t);
    FloatVector low = C3.fma(t, C2).fma(square, C1.fma(t, C0));
    FloatVector high = C7.fma(t, C6).fma(square, C5.fma(t, C4));
    FloatVector fourth = square.mul(square);
    return C8.fma(fourth, high).fma(fourth, low);
  }

  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector u = ONE.div(a.fma(ERFC_SCALE, 1));
    FloatVector large = exp(a.mul(a).neg()).mul(u).neg().fma(scaledErfc(u), ONE);
    FloatVector z = x.mul(x);
    FloatVector p = R6.fma(z, R5).fma(z, R4).fma(z, R3).fma(z, R2).fma(z, R1).fma(z, R0);
    FloatVector signed = large.blend(large.neg(), x.compare(LT, 0));
    return signed.blend(p.mul(x), a.compare(LT, 1));
  }

  static FloatVector gelu(FloatVector x) {
    FloatVector u = ONE.div(x.abs().fma(GELU_ERFC_SCALE, 1));
    FloatVector tail = halfOfExp(x.mul(x).mul(-0.5f)).mul(u.mul(scaledErfc(u)));
    return x.mul(ONE.sub(tail).blend(tail, x.compare(LT, 0)));
  }

  static FloatVector geluTanh(FloatVector x) {
    return scaledSigmoid(x, x.mul(x.mul(x).fma(GELU_CUBE, GELU_SCALE)));
  }
}
