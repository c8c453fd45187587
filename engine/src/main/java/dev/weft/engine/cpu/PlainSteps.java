package dev.weft.engine.cpu;

import dev.weft.engine.DType;

/**
 * Optimizer steps over Java arrays, with the bits of {@link SgdLoop} and {@link AdamLoop}: what
 * runs while those are cold, on what does not fill a register, and in a first step with momentum.
 */
final class PlainSteps {

  private PlainSteps() {}

  static Loops.Step<StepRates.Sgd> sgd(DType dtype, SgdLoop.Form form, boolean first) {
    return dtype == DType.FLOAT64
        ? (rates, at, count) ->
            Chunk.each(count, (start, n) -> doubles(rates, form, first, at, 8 * start, n))
        : (rates, at, count) ->
            Chunk.each(count, (start, n) -> floats(rates, form, first, at, 4 * start, n));
  }

  private static void floats(
      StepRates.Sgd rates, SgdLoop.Form form, boolean first, long[] at, long offset, int count) {
    float sign = (float) rates.sign();
    float decay = (float) rates.decay();
    float momentum = (float) rates.momentum();
    float fresh = (float) rates.fresh();
    float down = (float) -rates.lr();
    boolean hasMomentum = form != SgdLoop.Form.BARE;
    boolean nesterov = form == SgdLoop.Form.NESTEROV;
    float[] p = Chunk.floats(at[0] + offset, count);
    float[] g = Chunk.floats(at[1] + offset, count);
    float[] b = hasMomentum ? Chunk.floats(at[2] + offset, count) : g;
    for (int i = 0; i < count; i++) {
      float d = Math.fma(p[i], decay, g[i] * sign);
      if (hasMomentum) {
        b[i] = first ? d : Math.fma(b[i], momentum, d * fresh);
        d = nesterov ? Math.fma(b[i], momentum, d) : b[i];
      }
      p[i] = Math.fma(d, down, p[i]);
    }
    Chunk.write(p, count, at[0] + offset);
    if (hasMomentum) {
      Chunk.write(b, count, at[2] + offset);
    }
  }

  private static void doubles(
      StepRates.Sgd rates, SgdLoop.Form form, boolean first, long[] at, long offset, int count) {
    boolean hasMomentum = form != SgdLoop.Form.BARE;
    boolean nesterov = form == SgdLoop.Form.NESTEROV;
    double[] p = Chunk.doubles(DType.FLOAT64, at[0] + offset, count);
    double[] g = Chunk.doubles(DType.FLOAT64, at[1] + offset, count);
    double[] b = hasMomentum ? Chunk.doubles(DType.FLOAT64, at[2] + offset, count) : g;
    for (int i = 0; i < count; i++) {
      double d = Math.fma(p[i], rates.decay(), g[i] * rates.sign());
      if (hasMomentum) {
        b[i] = first ? d : Math.fma(b[i], rates.momentum(), d * rates.fresh());
        d = nesterov ? Math.fma(b[i], rates.momentum(), d) : b[i];
      }
      p[i] = Math.fma(d, -rates.lr(), p[i]);
    }
    Chunk.write(DType.FLOAT64, p, count, at[0] + offset);
    if (hasMomentum) {
      Chunk.write(DType.FLOAT64, b, count, at[2] + offset);
    }
  }

  static Loops.Step<StepRates.Adam> adam(DType dtype, AdamLoop.Form form) {
    return dtype == DType.FLOAT64
        ? (rates, at, count) ->
            Chunk.each(count, (start, n) -> doubles(rates, form, at, 8 * start, n))
        : (rates, at, count) ->
            Chunk.each(count, (start, n) -> floats(rates, form, at, 4 * start, n));
  }

  private static void floats(
      StepRates.Adam rates, AdamLoop.Form form, long[] at, long offset, int count) {
    float sign = (float) rates.sign();
    float decay = (float) rates.decay();
    float shrink = (float) rates.shrink();
    float beta1 = (float) rates.beta1();
    float fresh1 = (float) rates.fresh1();
    float beta2 = (float) rates.beta2();
    float fresh2 = (float) rates.fresh2();
    float root = (float) rates.root();
    float eps = (float) rates.eps();
    float down = (float) -rates.step();
    boolean decoupled = form.isDecoupled();
    boolean amsgrad = form.isAmsgrad();
    float[] p = Chunk.floats(at[0] + offset, count);
    float[] g = Chunk.floats(at[1] + offset, count);
    float[] m = Chunk.floats(at[2] + offset, count);
    float[] v = Chunk.floats(at[3] + offset, count);
    float[] largest = amsgrad ? Chunk.floats(at[4] + offset, count) : v;
    for (int i = 0; i < count; i++) {
      float x = decoupled ? p[i] * shrink : p[i];
      float d = decoupled ? g[i] * sign : Math.fma(x, decay, g[i] * sign);
      m[i] = Math.fma(d, fresh1, m[i] * beta1);
      v[i] = Math.fma(d * fresh2, d, v[i] * beta2);
      largest[i] = Math.max(largest[i], v[i]);
      p[i] = Math.fma(m[i] / Math.fma((float) Math.sqrt(largest[i]), root, eps), down, x);
    }
    Chunk.write(p, count, at[0] + offset);
    Chunk.write(m, count, at[2] + offset);
    Chunk.write(v, count, at[3] + offset);
    if (amsgrad) {
      Chunk.write(largest, count, at[4] + offset);
    }
  }

  private static void doubles(
      StepRates.Adam rates, AdamLoop.Form form, long[] at, long offset, int count) {
    boolean decoupled = form.isDecoupled();
    boolean amsgrad = form.isAmsgrad();
    double[] p = Chunk.doubles(DType.FLOAT64, at[0] + offset, count);
    double[] g = Chunk.doubles(DType.FLOAT64, at[1] + offset, count);
    double[] m = Chunk.doubles(DType.FLOAT64, at[2] + offset, count);
    double[] v = Chunk.doubles(DType.FLOAT64, at[3] + offset, count);
    double[] largest = amsgrad ? Chunk.doubles(DType.FLOAT64, at[4] + offset, count) : v;
    for (int i = 0; i < count; i++) {
      double x = decoupled ? p[i] * rates.shrink() : p[i];
      double d = g[i] * rates.sign();
      d = decoupled ? d : Math.fma(x, rates.decay(), d);
      m[i] = Math.fma(d, rates.fresh1(), m[i] * rates.beta1());
      v[i] = Math.fma(d * rates.fresh2(), d, v[i] * rates.beta2());
      largest[i] = Math.max(largest[i], v[i]);
      double y = Math.fma(Math.sqrt(largest[i]), rates.root(), rates.eps());
      p[i] = Math.fma(m[i] / y, -rates.step(), x);
    }
    Chunk.write(DType.FLOAT64, p, count, at[0] + offset);
    Chunk.write(DType.FLOAT64, m, count, at[2] + offset);
    Chunk.write(DType.FLOAT64, v, count, at[3] + offset);
    if (amsgrad) {
      Chunk.write(DType.FLOAT64, largest, count, at[4] + offset);
    }
  }
}
