package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A new tensor with one value everywhere. No inputs. */
public record Fill(Number value, TensorSpec spec) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(spec);
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
    for (DType dtype : DType.values()) {
      samples.add(
          Sample.of(
              new Fill(
                  dtype.isInexact() ? (Number) 1.5 : (Number) 1L,
                  TensorSpec.of(shape(5, 7), dtype))));
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    return List.of();
  }

  @Override
  public String toString() {
    return "full[" + value + ", " + spec + "]";
  }
}
