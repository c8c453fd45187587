package dev.weft.golden;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.util.List;

/** Tensors from numbers. */
final class CreationRows {

  private CreationRows() {}

  static void addTo(Rows rows) {
    rows.one("torch.arange", CreationRows::arange);
    rows.one("torch.linspace", CreationRows::linspace);
  }

  private static Tensor arange(Arguments a) {
    a.only("start", "end", "step");
    for (String name : List.of("start", "end", "step")) {
      if (a.has(name) && !(a.get(name) instanceof Long)) {
        abort("there is no arange of floating numbers");
      }
    }
    return Tensor.arange(a.whole("start", 0), a.whole("end"), a.whole("step", 1));
  }

  private static Tensor linspace(Arguments a) {
    DType dtype = a.has("dtype") ? a.dtype("dtype") : DType.FLOAT32;
    try (var _ = Context.current().withDefaultDtype(dtype)) {
      return Tensor.linspace(a.number("start"), a.number("end"), a.dim("steps"));
    }
  }
}
