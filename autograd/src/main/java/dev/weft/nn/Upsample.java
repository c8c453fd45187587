package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.ArrayList;

/** Another size of the spatial dimensions. See {@link Functional#interpolate}. */
public final class Upsample extends Module<Tensor, Tensor> {

  private final InterpolateOptions options;

  public Upsample(InterpolateOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.interpolate(x, options);
  }

  @Override
  protected String extraRepr() {
    var parts = new ArrayList<String>();
    if (options.size().isEmpty()) {
      parts.add(
          "scale_factor="
              + String.join(", ", options.scaleFactor().stream().map(Args::python).toList()));
    } else {
      parts.add("size=" + Pooling.text(options.size()));
    }
    parts.add("mode='" + options.mode() + "'");
    return String.join(", ", parts);
  }
}
