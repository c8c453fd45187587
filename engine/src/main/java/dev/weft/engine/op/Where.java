package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Picks from x where the condition holds, else from y.
 *
 * <p>Inputs: condition (bool), x, y, all of shape (*). Dtype: that of x and y.
 */
public record Where() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec condition = inputs.get(0);
    if (condition.dtype() != DType.BOOL) {
      throw new DTypeException(
          this + ": condition " + condition + ": must be bool; compare first, for example x.ne(0)");
    }
    Binary.requireSame(this, inputs.get(1), inputs.get(2));
    Binary.requireSame(this, condition, inputs.get(1).withDtype(DType.BOOL));
    return List.of(inputs.get(1));
  }

  @Override
  public Gradient gradient() {
    return new Gradient() {
      @Override
      public Saves saves(int needs) {
        return new Saves(1, 0);
      }

      @Override
      public void pull(Pull pull) {
        Tensor g = pull.grad();
        Tensor zero = Tensor.zerosLike(g);
        if (pull.needs(1)) {
          pull.give(1, pull.input(0).where(g, zero));
        }
        if (pull.needs(2)) {
          pull.give(2, pull.input(0).where(zero, g));
        }
      }
    };
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return Sample.ELEMENTWISE.stream()
        .map(shape -> Sample.of(op(), shape, shape, shape).condition(0))
        .toList();
  }

  private static Where op() {
    return new Where();
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2), DType.FLOAT32);
    return List.of(
        ErrorSample.of(op(), DTypeException.class, "must be bool", x, x, x),
        ErrorSample.of(
            op(),
            ShapeException.class,
            "shapes differ",
            TensorSpec.of(shape(3), DType.BOOL),
            x,
            x));
  }

  @Override
  public String toString() {
    return "where";
  }
}
