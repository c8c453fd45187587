package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Converts to another dtype. To a narrower floating type it rounds to nearest, ties to even;
 * floating to integer truncates towards zero; integers wrap; to bool, everything but 0 is true (NaN
 * too). Real numbers become complex ones with imaginary part 0; the way back is refused, but for
 * bool, and {@code x.real()} is the cure.
 *
 * <p>Shape: (*) → (*). Floating values outside an integer type's range give its nearest bound and
 * NaN gives 0, on every device alike (in PyTorch they are undefined).
 */
public record Cast(DType to) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().withDtype(to));
  }

  @Override
  public Gradient gradient() {
    if (!to.isInexact()) {
      return Gradient.none();
    }
    return Gradient.parts(
        new Gradient.Part(
            Gradient.Saves.NOTHING,
            (g, p) -> {
              DType dtype = p.inputSpec(0).dtype();
              return (dtype.isComplex() ? g : g.real()).to(dtype);
            }));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (DType to : DType.values()) {
      for (Shape shape : Sample.ELEMENTWISE) {
        samples.add(Sample.of(new Cast(to), shape));
      }
      samples.add(
          Sample.of(new Cast(to), shape(67))
              .in(Domain.within(-400, 400).integers(-400, 400))
              .named("beyond int8"));
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    return List.of();
  }

  @Override
  public String toString() {
    return "to(" + to + ")";
  }
}
