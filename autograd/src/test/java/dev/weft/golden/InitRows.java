package dev.weft.golden;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.nn.Init;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/** Initialisation that draws nothing; see {@link InitGoldenTest} for the rest. */
final class InitRows {

  private InitRows() {}

  static void addTo(Rows rows) {
    init(rows, "constant_", (t, a) -> Init.constant(t, a.number("val", 0)));
    init(rows, "ones_", (t, _) -> Init.ones(t));
    init(rows, "zeros_", (t, _) -> Init.zeros(t));
    init(rows, "eye_", (t, _) -> Init.eye(t));
    init(rows, "dirac_", (t, a) -> Init.dirac(t, a.whole("groups", 1)));
    rows.functions.put(
        "torch.nn.init.calculate_gain",
        a -> {
          String name = a.text("nonlinearity", "").toUpperCase(Locale.ROOT);
          var rule = Init.Nonlinearity.valueOf(name.startsWith("CONV") ? "LINEAR" : name);
          double gain = a.has("param") ? rule.gain(a.number("param")) : rule.gain();
          DType dtype = gain == Math.rint(gain) ? DType.INT64 : DType.FLOAT64; // Python's numbers
          return List.of(Tensor.full(Shape.SCALAR, gain, DType.FLOAT64).to(dtype));
        });
  }

  private static void init(Rows rows, String name, BiConsumer<Tensor, Arguments> rule) {
    rows.functions.put(
        "torch.nn.init." + name,
        a -> {
          Tensor tensor = a.tensor("tensor");
          rule.accept(tensor, a);
          return List.of(tensor);
        });
  }
}
