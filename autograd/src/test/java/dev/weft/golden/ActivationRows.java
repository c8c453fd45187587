package dev.weft.golden;

import dev.weft.nn.Functional;
import dev.weft.nn.GELU;
import dev.weft.nn.Softmax;
import java.util.Locale;

/** Activations. */
final class ActivationRows {

  private ActivationRows() {}

  static void addTo(Rows rows) {
    rows.function("gelu", a -> Functional.gelu(a.input(), approximate(a)));
    rows.function("log_softmax", a -> Functional.logSoftmax(a.as(a.input()), a.dim("dim")));
    rows.function("relu", a -> Functional.relu(a.input()));
    rows.function("silu", a -> Functional.silu(a.input()));
    rows.function("softmax", a -> Functional.softmax(a.as(a.input()), a.dim("dim")));
    rows.modules.put("torch.nn.GELU", a -> new GELU(approximate(a)));
    rows.modules.put("torch.nn.Softmax", a -> new Softmax(a.dim("dim")));
  }

  private static GELU.Approximate approximate(Arguments a) {
    return GELU.Approximate.valueOf(a.text("approximate", "none").toUpperCase(Locale.ROOT));
  }
}
