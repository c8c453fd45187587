package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Draws class indices with the given, not necessarily normalised, weights: the class whose running
 * total first exceeds a uniform number times the sum. Without replacement a drawn class is taken
 * out.
 *
 * <p>Input: weights (C) or (N, C), floating, none negative, not all 0. Shape: (count) or (N,
 * count). Dtype: int64. Draw j of row i uses uniform number {@code offset + i · count + j}.
 */
public record Multinomial(long count, boolean replacement, long seed, long offset) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireFloating(this);
    if (x.rank() < 1 || x.rank() > 2 || x.shape().size(-1) == 0) {
      throw new ShapeException(
          this + ": weights " + x.shape() + ": needs (C) or (N, C) with C > 0");
    }
    if (count < 1) {
      throw new IllegalArgumentException(this + ": the number of draws must be at least 1");
    }
    if (!replacement && count > x.shape().size(-1)) {
      throw new IllegalArgumentException(
          this + ": weights " + x.shape() + ": cannot draw " + count + " without replacement");
    }
    return List.of(x.withShape(x.shape().with(-1, count)).withDtype(DType.INT64));
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Multinomial(9, true, 3, 0), shape(5)).within(0.1, 2),
        Sample.of(new Multinomial(3, false, 3, 1), shape(4, 5)).within(0.1, 2),
        Sample.of(new Multinomial(1, true, 3, 2), shape(2, 67)).within(0.1, 2),
        Sample.of(new Multinomial(5, false, 4, 0), shape(5)).within(0.1, 2).named("a permutation"),
        Sample.of(new Multinomial(4, true, 4, 0), shape(1)).within(0.1, 2),
        Sample.of(new Multinomial(70, true, 5, 7), shape(3)).within(0.1, 2),
        Sample.of(new Multinomial(2, false, 5, 1), shape(3, 2)).within(0.1, 2),
        Sample.of(new Multinomial(3, true, 6, 0), shape(1, 4)).within(0.1, 2));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Multinomial(6, false, 1, 0),
            IllegalArgumentException.class,
            "cannot draw 6",
            TensorSpec.of(shape(5), DType.FLOAT32)),
        ErrorSample.of(
            new Multinomial(1, true, 1, 0),
            ShapeException.class,
            "needs (C) or (N, C)",
            TensorSpec.of(shape(2, 3, 4), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "multinomial[" + count + (replacement ? ", replacement" : "") + "]";
  }
}
