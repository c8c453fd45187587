package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * A tensor that a {@link Module} learns: found in its fields, handed to optimizers, saved under the
 * field's name. It asks for gradients from the start, and no {@code TensorScope} releases it,
 * wherever it was made.
 *
 * <p>A parameter keeps its identity when its module moves to another dtype or device; only its
 * memory is exchanged.
 *
 * <p>In a script, write {@code import dev.weft.nn.Parameter;}, because {@code java.lang.reflect}
 * has a class of that name too.
 */
public final class Parameter extends Tensor {

  private Parameter(Tensor data) {
    super(data);
  }

  /** A parameter over the memory of {@code data}, which must have a floating dtype. */
  public static Parameter of(Tensor data) {
    return of(data, true);
  }

  /** A parameter over the memory of {@code data}; one that is frozen may have any dtype. */
  public static Parameter of(Tensor data, boolean requiresGrad) {
    var parameter = new Parameter(data);
    if (requiresGrad) {
      if (!data.isComplex()) {
        data.spec().requireFloating("parameter");
      }
      parameter.requiresGrad(true);
    }
    return parameter;
  }

  @Override
  public String toString() {
    return "Parameter containing:\n" + super.toString();
  }
}
