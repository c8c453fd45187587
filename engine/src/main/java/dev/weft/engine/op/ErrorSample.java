package dev.weft.engine.op;

import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Inputs that an op must refuse. Every op class lists its own in a static method {@code errors()}.
 *
 * @param expected the exception's class
 * @param says a part of its message
 */
public record ErrorSample(
    Op op, List<TensorSpec> inputs, Class<? extends RuntimeException> expected, String says) {

  public static ErrorSample of(
      Op op, Class<? extends RuntimeException> expected, String says, TensorSpec... inputs) {
    return new ErrorSample(op, List.of(inputs), expected, says);
  }

  @Override
  public String toString() {
    return op + " refuses " + inputs;
  }
}
