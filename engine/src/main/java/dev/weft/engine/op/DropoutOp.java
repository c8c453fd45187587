package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Zeroes each element with probability {@code p} and scales the rest by 1 / (1 − p). Element i is
 * kept where uniform number {@code offset + i} of the stream {@code seed} is at least p, so
 * backward needs no mask: it applies the same op to the gradient.
 *
 * <p>Shape: (*) → (*). Dtype: floating. Source: Srivastava et al., 2014.
 */
public record DropoutOp(double p, long seed, long offset) implements Op {

  public DropoutOp {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("dropout: p = " + p + ": must be from 0 to 1");
    }
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireFloating(this));
  }

  @Override
  public Gradient gradient() {
    return Gradient.linear(g -> dev.weft.engine.Dispatch.run(this, g));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new DropoutOp(0.1, 1, 0), shape(5, 67)),
        Sample.of(new DropoutOp(0.5, 2, 3), shape(5, 7))
            .named("an offset that is no multiple of four"),
        Sample.of(new DropoutOp(0, 1, 0), shape(5, 7)),
        Sample.of(new DropoutOp(1, 1, 0), shape(5, 7)),
        Sample.of(new DropoutOp(0.5, 1, 0), shape()),
        Sample.of(new DropoutOp(0.5, 1, 0), shape(0)),
        Sample.of(new DropoutOp(0.25, 1, 8), shape(130)),
        Sample.of(new DropoutOp(0.9, 3, 1), shape(2, 3, 4)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new DropoutOp(0.5, 1, 0),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64)),
        ErrorSample.of(
            new DropoutOp(0.5, 1, 0),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.BOOL)));
  }

  @Override
  public String toString() {
    return "dropout[p=" + p + "]";
  }
}
