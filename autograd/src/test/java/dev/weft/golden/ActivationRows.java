package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.Functional;
import dev.weft.nn.GELU;
import dev.weft.nn.GLU;
import dev.weft.nn.PReLU;
import dev.weft.nn.Softmax;
import dev.weft.nn.Softplus;
import java.util.Locale;

/** Activations. */
final class ActivationRows {

  private ActivationRows() {}

  static void addTo(Rows rows) {
    rows.function("celu", a -> Functional.celu(a.input(), a.number("alpha", 1)));
    rows.function("elu", a -> Functional.elu(a.input(), a.number("alpha", 1)));
    rows.function("gelu", a -> Functional.gelu(a.input(), approximate(a)));
    rows.function("glu", a -> Functional.glu(a.input(), a.dim("dim", -1)));
    rows.function("hardshrink", a -> Functional.hardshrink(a.input(), a.number("lambd", 0.5)));
    rows.function("hardsigmoid", a -> Functional.hardsigmoid(a.input()));
    rows.function("hardswish", a -> Functional.hardswish(a.input()));
    rows.function(
        "hardtanh",
        a -> Functional.hardtanh(a.input(), a.number("min_val", -1), a.number("max_val", 1)));
    rows.function(
        "leaky_relu", a -> Functional.leakyRelu(a.input(), a.number("negative_slope", 0.01)));
    rows.function("log_softmax", a -> Functional.logSoftmax(a.as(a.input()), a.dim("dim")));
    rows.function("logsigmoid", a -> Functional.logsigmoid(a.input()));
    rows.function("mish", a -> Functional.mish(a.input()));
    rows.function("prelu", a -> Functional.prelu(a.input(), a.tensor("weight")));
    rows.function("relu", a -> Functional.relu(a.input()));
    rows.function("relu6", a -> Functional.relu6(a.input()));
    rows.function("rrelu", ActivationRows::rrelu);
    rows.function("selu", a -> Functional.selu(a.input()));
    rows.function("silu", a -> Functional.silu(a.input()));
    rows.function("softmax", a -> Functional.softmax(a.as(a.input()), a.dim("dim")));
    rows.function("softmin", a -> Functional.softmin(a.as(a.input()), a.dim("dim")));
    rows.function(
        "softplus",
        a -> Functional.softplus(a.input(), a.number("beta", 1), a.number("threshold", 20)));
    rows.function("softshrink", a -> Functional.softshrink(a.input(), a.number("lambd", 0.5)));
    rows.function("softsign", a -> Functional.softsign(a.input()));
    rows.function("tanhshrink", a -> Functional.tanhshrink(a.input()));
    rows.function(
        "threshold",
        a -> Functional.threshold(a.input(), a.number("threshold"), a.number("value")));

    rows.modules.put("torch.nn.GELU", a -> new GELU(approximate(a)));
    rows.modules.put("torch.nn.GLU", a -> new GLU(a.dim("dim", -1)));
    rows.modules.put(
        "torch.nn.PReLU", a -> new PReLU(a.whole("num_parameters", 1), a.number("init", 0.25)));
    rows.modules.put("torch.nn.Softmax", a -> new Softmax(a.dim("dim")));
    rows.modules.put(
        "torch.nn.Softplus", a -> new Softplus(a.number("beta", 1), a.number("threshold", 20)));
  }

  private static Tensor rrelu(Arguments a) {
    return Functional.rrelu(
        a.input(),
        a.number("lower", 1.0 / 8),
        a.number("upper", 1.0 / 3),
        a.flag("training", false));
  }

  private static GELU.Approximate approximate(Arguments a) {
    return GELU.Approximate.valueOf(a.text("approximate", "none").toUpperCase(Locale.ROOT));
  }
}
