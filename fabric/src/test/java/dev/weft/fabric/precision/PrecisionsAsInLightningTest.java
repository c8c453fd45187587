package dev.weft.fabric.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.fabric.Fabric;
import dev.weft.fabric.FabricBuilder;
import dev.weft.fabric.Lines;
import dev.weft.fabric.launch.Environment;
import dev.weft.nn.Linear;
import dev.weft.nn.Module;
import dev.weft.nn.Parameter;
import dev.weft.optim.SGD;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which dtype things have under each precision, and how the scaler moves. */
class PrecisionsAsInLightningTest {

  private static final class Probe extends Module<Tensor, Tensor> {
    final Linear layer = new Linear(2, 2);
    @Nullable DType input;
    @Nullable DType made;
    @Nullable DType result;

    @Override
    protected Tensor forward(Tensor x) {
      input = x.dtype();
      made = Tensor.zeros(1).dtype();
      if (!x.dtype().isFloating()) {
        return x;
      }
      Tensor y = layer.apply(x);
      result = y.dtype();
      return y;
    }
  }

  private static Fabric fabric(String precision) {
    FabricBuilder builder =
        Fabric.builder().environment(Environment.of(Map.of())).accelerator("cpu").devices(1);
    return precision.equals("16-mixed")
        ? builder.plugin(MixedPrecision.float16()).build()
        : builder.precision(precision).build();
  }

  private static DType dtype(String name) {
    return DType.valueOf(name.toUpperCase(Locale.ROOT));
  }

  @Test
  void dtypesOfWeightsInputsAndOutputs() {
    int rows = 0;
    for (String row : Lines.of("precisions.csv")) {
      String[] cells = row.split(",", -1);
      if (cells[1].equals("init")) {
        assertInit(cells, row);
        continue;
      }
      var model = new Probe();
      model.to(dtype(cells[1]));
      fabric(cells[0]).setup(model);
      Tensor input = Tensor.ones(1, 2).to(dtype(cells[2]));
      if (cells[7].equals("error")) {
        assertThatThrownBy(() -> model.apply(input)).as(row).isInstanceOf(DTypeException.class);
      } else {
        assertThat(model.apply(input).dtype()).as(row).isEqualTo(dtype(cells[7]));
      }
      assertThat(model.layer.weight.dtype()).as(row).isEqualTo(dtype(cells[3]));
      assertThat(model.input).as(row).isEqualTo(dtype(cells[4]));
      assertThat(model.made).as(row).isEqualTo(dtype(cells[5]));
      if (!cells[6].isEmpty()) {
        assertThat(model.result).as(row).isEqualTo(dtype(cells[6]));
      }
      rows++;
    }
    assertThat(rows).isGreaterThan(160);
    assertThat(Context.current().defaultDtype()).isEqualTo(DType.FLOAT32);
  }

  private static void assertInit(String[] cells, String row) {
    Fabric fabric = fabric(cells[0]);
    try (var _ = fabric.initModule()) {
      assertThat(new Linear(2, 2).weight.dtype()).as(row).isEqualTo(dtype(cells[3]));
    }
    try (var _ = fabric.initTensor()) {
      assertThat(Tensor.ones(2).dtype()).as(row).isEqualTo(dtype(cells[4]));
      Shape two = Shape.of(2);
      assertThat(Tensor.ones(two, dtype(cells[5]), Device.CPU).dtype()).isEqualTo(DType.INT64);
      assertThat(Tensor.ones(two, dtype(cells[6]), Device.CPU).dtype()).isEqualTo(DType.FLOAT64);
    }
  }

  // ------------------------------------------------------------------------- the scaler

  private static void step(GradScaler scaler, SGD optimizer, Parameter p, double gradient) {
    scaler.scale(Tensor.zeros(1));
    p.grad(Optional.of(Tensor.full(gradient, 1)));
    var _ =
        scaler.step(
            optimizer,
            () -> {
              optimizer.step();
              return Optional.empty();
            });
    scaler.update();
  }

  @Test
  void scalesGrowAndShrinkAsInPyTorch() {
    var p = Parameter.of(Tensor.zeros(1));
    var optimizer = new SGD(List.of(p), 1.0);
    GradScaler scaler = new GradScaler();
    for (String row : Lines.of("scaler.csv")) {
      String[] cells = row.split(",");
      if (cells[0].equals("case")) {
        scaler =
            new GradScaler(
                Double.parseDouble(cells[1]),
                Double.parseDouble(cells[2]),
                Double.parseDouble(cells[3]),
                Long.parseLong(cells[4]));
        continue;
      }
      step(scaler, optimizer, p, cells[1].equals("1") ? Double.NaN : 0);
      double scale = Double.parseDouble(cells[2]);
      assertThat(scaler.scale()).as(row).isCloseTo(scale, within(1e-6 * scale));
      assertThat(scaler.stateDict().get("_growth_tracker"))
          .as(row)
          .isEqualTo(Long.parseLong(cells[3]));
    }
  }

  @Test
  void callsOutOfOrderAreRefused() {
    var p = Parameter.of(Tensor.zeros(1));
    var optimizer = new SGD(List.of(p), 1.0);
    var scaler = new GradScaler();
    assertThatThrownBy(() -> scaler.step(optimizer, Optional::empty))
        .hasMessageContaining("no parameter of this optimizer has a gradient");
    p.grad(Optional.of(Tensor.ones(1)));
    scaler.unscale(optimizer);
    assertThatThrownBy(() -> scaler.unscale(optimizer)).hasMessageContaining("since the last");
    scaler.step(optimizer, Optional::empty);
    assertThatThrownBy(() -> scaler.step(optimizer, Optional::empty))
        .hasMessageContaining("called twice");
    assertThatThrownBy(() -> scaler.unscale(optimizer)).hasMessageContaining("stepped");
    scaler.update();
    var half = Parameter.of(Tensor.zeros(1).to(DType.FLOAT16));
    half.grad(Optional.of(Tensor.ones(1).to(DType.FLOAT16)));
    assertThatThrownBy(() -> scaler.unscale(new SGD(List.of(half), 1)))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("float16");
    assertThatThrownBy(() -> new GradScaler(0, 2, 0.5, 1)).hasMessageContaining("initialScale 0.0");
    assertThat(scaler.stateDict().keySet())
        .containsExactly(
            "scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker");
  }

  @Test
  void aClosureDoesNotGoWithAScaler() {
    Fabric fabric = fabric("16-mixed");
    var model = new Linear(2, 1);
    var optimizer = new SGD(model.parameters(), 0.1);
    fabric.setup(model, optimizer);
    assertThatThrownBy(() -> optimizer.step(() -> model.apply(Tensor.ones(1, 2)).sum()))
        .hasMessageContaining("closure")
        .hasMessageContaining("16-mixed");
  }

  /** Section G.2 of the specification: where loss.backward() alone would go wrong. */
  @Test
  void backwardIsFabricsInMixedPrecisionOnly() {
    for (String name : List.of("32-true", "64-true", "16-true", "bf16-true")) {
      var model = new Linear(2, 1);
      fabric(name).setup(model);
      model.apply(Tensor.ones(1, 2)).sum().backward();
      assertThat(model.weight.grad()).isPresent();
    }
    for (String name : List.of("16-mixed", "bf16-mixed")) {
      var model = new Linear(2, 1);
      Fabric fabric = fabric(name);
      fabric.setup(model);
      assertThatThrownBy(() -> model.apply(Tensor.ones(1, 2)).sum().backward())
          .hasMessageContaining("call fabric.backward(loss) instead");
      fabric.backward(model.apply(Tensor.ones(1, 2)).sum());
      assertThat(model.weight.grad().orElseThrow().dtype()).isEqualTo(DType.FLOAT32);
    }
  }
}
