package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.DeviceException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Joins tensors along {@code dim}; all other sizes must be equal.
 *
 * @param dim counts from 0
 */
public record Cat(int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec first = inputs.getFirst().requireRank(this, 1).requireDim(this, dim);
    long total = 0;
    for (TensorSpec x : inputs) {
      if (x.rank() != first.rank() || !x.shape().without(dim).equals(first.shape().without(dim))) {
        throw new ShapeException(
            this
                + ": "
                + first.shape()
                + " and "
                + x.shape()
                + ": sizes outside dimension "
                + dim
                + " differ");
      }
      if (x.dtype() != first.dtype()) {
        throw new DTypeException(
            this + ": " + first + " and " + x + ": dtypes differ; convert one with x.to(dtype)");
      }
      if (!x.device().equals(first.device())) {
        throw new DeviceException(this + ": inputs on " + first.device() + " and " + x.device());
      }
      total += x.shape().size(dim);
    }
    return List.of(first.withShape(first.shape().with(dim, total)));
  }

  @Override
  public Gradient gradient() {
    return Gradient.joint(
        Gradient.Saves.NOTHING,
        pull -> {
          long at = 0;
          for (int i = 0; i < pull.inputs(); i++) {
            long size = pull.inputSpec(i).shape().size(dim);
            if (pull.needs(i)) {
              pull.give(i, pull.grad().narrow(dim, at, size));
            }
            at += size;
          }
        });
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  @Override
  public Autocast autocast() {
    return Autocast.WIDEST;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Cat(0), shape(2, 3), shape(4, 3)),
        Sample.of(new Cat(1), shape(2, 3), shape(2, 1), shape(2, 4)),
        Sample.of(new Cat(0), shape(5)),
        Sample.of(new Cat(1), shape(2, 0), shape(2, 3)),
        Sample.of(new Cat(0), shape(1), shape(1), shape(1)),
        Sample.of(new Cat(2), shape(2, 3, 1), shape(2, 3, 4)),
        Sample.of(new Cat(0), shape(0, 3), shape(0, 3)),
        Sample.of(new Cat(1), shape(2, 33, 2), shape(2, 34, 2)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Cat(0),
            ShapeException.class,
            "sizes outside dimension 0 differ",
            TensorSpec.of(shape(2, 3), DType.FLOAT32),
            TensorSpec.of(shape(2, 4), DType.FLOAT32)),
        ErrorSample.of(
            new Cat(0),
            DTypeException.class,
            "dtypes differ",
            TensorSpec.of(shape(2), DType.FLOAT32),
            TensorSpec.of(shape(2), DType.INT64)));
  }

  @Override
  public String toString() {
    return "cat[dim=" + dim + "]";
  }
}
