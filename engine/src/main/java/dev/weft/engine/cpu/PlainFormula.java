package dev.weft.engine.cpu;

import dev.weft.engine.DType;

/**
 * Formulas in Java arrays. Float32 is computed in double and rounded after each operation, which
 * gives the bits of float32 arithmetic; see {@link PlainLoops}.
 */
record PlainFormula(Formula.Kind kind, DType dtype) implements Formula {

  @Override
  public void run(long x, long y, long z, double p, double q, double r, long to, long count) {
    double first = round(p);
    double second = round(q);
    double third = round(r);
    Chunk.each(
        count,
        (at, n) -> {
          long offset = at * dtype.bytes();
          double[] v = Chunk.doubles(dtype, x + offset, n);
          switch (kind) {
            case EXP, SCALED_EXP -> {
              for (int i = 0; i < n; i++) {
                v[i] = FloatMath.exp((float) (v[i] - first));
              }
              if (kind == Kind.SCALED_EXP) {
                times(plus(v, -second), third);
              }
            }
            case SHIFT -> plus(plus(v, -first), -second);
            case CLAMP -> {
              for (int i = 0; i < n; i++) {
                v[i] = Math.min(Math.max(v[i], first), second);
              }
            }
            case NORMAL, NORMAL_TIMES, NORMAL_PLUS, NORMAL_TIMES_PLUS -> {
              times(plus(v, -first), second);
              if (kind == Kind.NORMAL_TIMES || kind == Kind.NORMAL_TIMES_PLUS) {
                times(v, Chunk.doubles(dtype, y + offset, n));
              }
              if (kind == Kind.NORMAL_PLUS || kind == Kind.NORMAL_TIMES_PLUS) {
                plus(v, Chunk.doubles(dtype, z + offset, n));
              }
            }
            case NORMAL_GRAD -> {
              double[] products = times(Chunk.doubles(dtype, y + offset, n), -second);
              times(plus(plus(v, -first), products), third);
            }
            case ADD_PRODUCT -> {
              times(v, Chunk.doubles(dtype, y + offset, n));
              plus(v, Chunk.doubles(dtype, z + offset, n));
            }
          }
          Chunk.write(dtype, v, n, to + offset);
        });
  }

  private double[] plus(double[] v, double number) {
    for (int i = 0; i < v.length; i++) {
      v[i] = round(v[i] + number);
    }
    return v;
  }

  private double[] plus(double[] v, double[] other) {
    for (int i = 0; i < v.length; i++) {
      v[i] = round(v[i] + other[i]);
    }
    return v;
  }

  private double[] times(double[] v, double number) {
    for (int i = 0; i < v.length; i++) {
      v[i] = round(v[i] * number);
    }
    return v;
  }

  private double[] times(double[] v, double[] other) {
    for (int i = 0; i < v.length; i++) {
      v[i] = round(v[i] * other[i]);
    }
    return v;
  }

  private double round(double value) {
    return dtype == DType.FLOAT32 ? (float) value : value;
  }
}
