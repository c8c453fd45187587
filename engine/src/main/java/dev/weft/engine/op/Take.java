package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Elements of x, seen as one row, at the given positions; negative ones count from the end.
 *
 * <p>Inputs: x (*), index of any shape. Shape: that of the index.
 */
public record Take() implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.get(0).withShape(inputs.get(1).requireIndex(this).shape()));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.fromInputs(
            0b10,
            (g, p) -> {
              Shape shape = p.inputSpec(0).shape();
              Tensor flat = p.input(1).reshape(-1);
              Tensor positions = flat.lt(0).where(flat.add(shape.numel()), flat);
              return dev.weft.engine.Dispatch.run(
                      new IndexSum(0, shape.numel()), positions, g.reshape(-1))
                  .reshape(shape);
            }));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Take(), shape(3, 4), shape(2, 5)).index(1, 12),
        Sample.of(new Take(), shape(3), shape(4)).index(1, 3),
        Sample.of(new Take(), shape(3), shape(0)).index(1, 3),
        Sample.of(new Take(), shape(3, 4), shape()).index(1, 12),
        Sample.of(new Take(), shape(), shape(3)).index(1, 1),
        Sample.of(new Take(), shape(2, 3, 4), shape(67)).index(1, 24),
        Sample.of(new Take(), shape(1), shape(2, 2)).index(1, 1),
        Sample.of(new Take(), shape(67), shape(2, 1, 3)).index(1, 67));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(new Take(), DTypeException.class, "indices must be int64", x, x),
        ErrorSample.of(
            new Take(),
            DTypeException.class,
            "indices must be int64",
            x,
            TensorSpec.of(shape(2), DType.BOOL)));
  }

  @Override
  public String toString() {
    return "take";
  }
}
