package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Half;
import dev.weft.engine.Philox;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A new tensor of random numbers: element i is made from number {@code offset + i} of the stream
 * {@code seed}, so the same op gives the same bits on every device and with any number of threads.
 *
 * <p>No inputs. {@link dev.weft.engine.Generator} defines the streams.
 *
 * @param a lower bound of UNIFORM and INTEGERS, mean of NORMAL, probability of BERNOULLI
 * @param b upper bound (exclusive) of UNIFORM and INTEGERS, standard deviation of NORMAL; else
 *     unused
 */
public record RandomOp(
    Distribution distribution, double a, double b, TensorSpec spec, long seed, long offset)
    implements Op {

  /** The law of each element. */
  public enum Distribution {
    UNIFORM,
    NORMAL,
    INTEGERS,
    BERNOULLI
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (distribution == Distribution.UNIFORM || distribution == Distribution.NORMAL) {
      spec.requireFloating(this);
    }
    boolean fits =
        switch (distribution) {
          case UNIFORM -> a <= b && Double.isFinite(b - a);
          case NORMAL -> b >= 0;
          case INTEGERS ->
              a < b
                  && a == Math.rint(a)
                  && b == Math.rint(b)
                  && Math.abs(a) <= 0x1p53
                  && Math.abs(b) <= 0x1p53
                  && a >= spec.dtype().min()
                  && b - 1 <= spec.dtype().max();
          case BERNOULLI -> a >= 0 && a <= 1;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          this + ": these bounds describe no distribution of " + spec.dtype());
    }
    return List.of(spec);
  }

  /**
   * Element {@code i}, exactly as it is stored in {@code spec}'s dtype: computed in float64 from
   * uniform numbers u (planes 0 and 1 of {@link Philox}) and v (planes 2 and 3), then rounded.
   *
   * <ul>
   *   <li>UNIFORM: a + (b − a) u, rounded down, so that b is never reached.
   *   <li>NORMAL: a + b · normal(u, v).
   *   <li>INTEGERS: a + ⌊(b − a) w / 2⁶⁴⌋ with w the 64 bits of planes 0 (high) and 1.
   *   <li>BERNOULLI: 1 where u &lt; a, else 0.
   * </ul>
   */
  public double at(long i) {
    long index = offset + i;
    int high = Philox.word(seed, index, 0);
    int low = Philox.word(seed, index, 1);
    double u = Philox.uniform(high, low);
    return switch (distribution) {
      case UNIFORM -> {
        double x = Math.max(a, Math.min(a + (b - a) * u, Math.nextDown(b)));
        yield Half.roundDown(spec.dtype(), x);
      }
      case NORMAL ->
          Half.round(spec.dtype(), a + b * Philox.normal(u, Philox.uniform(seed, index, 2)));
      case INTEGERS -> {
        long bits = (long) high << 32 | low & 0xFFFFFFFFL;
        yield a + Math.unsignedMultiplyHigh(bits, (long) b - (long) a);
      }
      case BERNOULLI -> u < a ? 1 : 0;
    };
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (DType dtype : DTypes.FLOATING) {
      samples.add(
          Sample.of(
              new RandomOp(Distribution.UNIFORM, -1, 1, TensorSpec.of(shape(5, 67), dtype), 7, 0)));
      samples.add(
          Sample.of(
              new RandomOp(Distribution.NORMAL, 1, 2, TensorSpec.of(shape(5, 67), dtype), 7, 5)));
    }
    for (DType dtype : DTypes.FLOATING) {
      samples.add(
          Sample.of(new RandomOp(Distribution.UNIFORM, 0, 1, TensorSpec.of(shape(), dtype), 9, 3)));
      samples.add(
          Sample.of(new RandomOp(Distribution.NORMAL, 0, 1, TensorSpec.of(shape(0), dtype), 9, 3)));
    }
    for (DType dtype : List.of(DType.INT64, DType.INT32, DType.INT16, DType.UINT8)) {
      samples.add(
          Sample.of(
              new RandomOp(Distribution.INTEGERS, 0, 200, TensorSpec.of(shape(37), dtype), 7, 1)));
      samples.add(
          Sample.of(
              new RandomOp(Distribution.INTEGERS, 3, 4, TensorSpec.of(shape(2, 3), dtype), 8, 0)));
    }
    samples.add(
        Sample.of(
            new RandomOp(
                Distribution.INTEGERS, -5, 9, TensorSpec.of(shape(37), DType.INT64), 7, 0)));
    for (DType dtype : List.of(DType.BOOL, DType.FLOAT32)) {
      for (double p : new double[] {0, 0.3, 0.97, 1}) {
        samples.add(
            Sample.of(
                new RandomOp(Distribution.BERNOULLI, p, 0, TensorSpec.of(shape(37), dtype), 7, 2)));
      }
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec floats = TensorSpec.of(shape(3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new RandomOp(Distribution.INTEGERS, 3, 3, TensorSpec.of(shape(3), DType.INT64), 1, 0),
            IllegalArgumentException.class,
            "no distribution"),
        ErrorSample.of(
            new RandomOp(Distribution.INTEGERS, 0, 300, TensorSpec.of(shape(3), DType.UINT8), 1, 0),
            IllegalArgumentException.class,
            "no distribution"),
        ErrorSample.of(
            new RandomOp(Distribution.NORMAL, 0, -1, floats, 1, 0),
            IllegalArgumentException.class,
            "no distribution"),
        ErrorSample.of(
            new RandomOp(Distribution.UNIFORM, 0, 1, TensorSpec.of(shape(3), DType.INT64), 1, 0),
            DTypeException.class,
            "needs a floating dtype"));
  }

  @Override
  public String toString() {
    return distribution.name().toLowerCase(java.util.Locale.ROOT)
        + "["
        + a
        + ", "
        + b
        + ", "
        + spec
        + "]";
  }
}
