package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.DataLoader;
import dev.weft.fabric.data.Datasets;
import dev.weft.fabric.data.Digit;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.precision.GradScaler;
import dev.weft.fabric.precision.MixedPrecision;
import dev.weft.nn.Dropout;
import dev.weft.nn.Functional;
import dev.weft.nn.Linear;
import dev.weft.nn.Module;
import dev.weft.optim.AdamW;
import dev.weft.optim.SGD;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The digits job of the examples in every precision. */
class PrecisionTrainingTest {

  private static final int EPOCHS = 20;

  private static double inFullPrecision;

  private static final class Classifier extends Module<Tensor, Tensor> {
    final Linear hidden = new Linear(64, 128);
    final Dropout dropout = new Dropout(0.1);
    final Linear out = new Linear(128, 10);

    @Override
    protected Tensor forward(Tensor images) {
      return out.apply(dropout.apply(hidden.apply(images).relu()));
    }
  }

  private static FabricBuilder builder() {
    return Fabric.builder().environment(Environment.of(Map.of())).accelerator("cpu").devices(1);
  }

  /** 16-mixed becomes bf16-mixed on a CPU by name; as a plugin it is what it says. */
  private static Fabric fabric(String precision) {
    return precision.equals("16-mixed")
        ? builder().plugin(MixedPrecision.float16()).build()
        : builder().precision(precision).build();
  }

  @BeforeAll
  static void trainInFullPrecision() {
    inFullPrecision = accuracy("32-true");
    assertThat(inFullPrecision).isBetween(0.86, 0.92);
  }

  @ParameterizedTest
  @ValueSource(strings = {"64-true", "16-true", "bf16-true", "16-mixed", "bf16-mixed"})
  void everyPrecisionLearnsAsMuch(String precision) {
    assertThat(accuracy(precision)).isCloseTo(inFullPrecision, within(0.01));
  }

  private static double accuracy(String precision) {
    return fabric(precision).launchAndReturn(PrecisionTrainingTest::train);
  }

  private static double train(Fabric fabric) {
    fabric.seedEverything(42);
    var digits = Datasets.digits();
    var training =
        fabric.setupDataLoader(
            DataLoader.of(digits.subset(0, 1437)).batchSize(64).shuffle(true).build());
    var test =
        fabric.setupDataLoader(DataLoader.of(digits.subset(1437, 1797)).batchSize(256).build());
    var model = new Classifier();
    var optimizer = new AdamW(model.parameters(), 1e-3);
    fabric.setup(model, optimizer);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      for (var batch : training) {
        optimizer.zeroGrad();
        fabric.backward(Functional.crossEntropy(model.apply(batch.image()), batch.label()));
        fabric.clipGradients(model, optimizer, Clip.norm(2.0));
        optimizer.step();
      }
    }
    model.eval();
    try (var _ = Autograd.noGrad()) {
      long right = 0;
      for (Digit batch : test) {
        right += model.apply(batch.image()).argmax(1).eq(batch.label()).sum().itemLong();
      }
      return right / 360.0;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"16-true", "bf16-true"})
  void halfPrecisionRemembersMomentsInFloat32(String precision) {
    var model = new Linear(2, 2);
    var optimizer = new AdamW(model.parameters(), 1e-3);
    Fabric fabric = fabric(precision);
    fabric.setup(model, optimizer);
    fabric.backward(model.apply(Tensor.ones(1, 2)).mul(1e-3).sum());
    optimizer.step();
    var state = (Map<?, ?>) ((Map<?, ?>) optimizer.stateDict().get("state")).get(0L);
    var second = (Tensor) state.get("exp_avg_sq");
    assertThat(model.weight.dtype().isFloating()).isTrue();
    assertThat(model.weight.dtype()).isNotEqualTo(DType.FLOAT32);
    assertThat(second.dtype()).isEqualTo(DType.FLOAT32);
    // (1 - 0.999) · (1e-3)² is below what float16 can hold.
    assertThat(second.getFloat(0, 0)).isCloseTo(1e-9f, within(1e-11f));
    assertThat(model.weight.detach().isfinite().all().itemLong()).isEqualTo(1);
  }

  @Test
  void aGradientThatIsNotANumberLeavesOutTheStepAndHalvesTheScale() {
    var precision = MixedPrecision.float16();
    Fabric fabric = builder().plugin(precision).build();
    GradScaler scaler = ((MixedPrecision) fabric.strategy().precision()).scaler().orElseThrow();
    var model = new Linear(3, 1);
    var optimizer = new SGD(model.parameters(), 0.1);
    fabric.setup(model, optimizer);
    float[] before = model.weight.detach().toFloatArray();

    fabric.backward(model.apply(Tensor.ones(2, 3)).mean());
    model.weight.grad(Optional.of(Tensor.full(Double.NaN, 1, 3)));
    optimizer.step();
    assertThat(model.weight.detach().toFloatArray()).isEqualTo(before);
    assertThat(scaler.scale()).isEqualTo(32_768);

    optimizer.zeroGrad();
    fabric.backward(model.apply(Tensor.ones(2, 3)).mean());
    assertThat(model.weight.grad().orElseThrow().getFloat(0, 0)).isCloseTo(32_768, within(1f));
    optimizer.step();
    assertThat(model.weight.detach().getFloat(0, 0)).isCloseTo(before[0] - 0.1f, within(1e-5f));
    assertThat(scaler.scale()).isEqualTo(32_768);
  }

  @Test
  void clippingUnscalesOnce() {
    var scaler = new GradScaler(1024, 2, 0.5, 2000);
    Fabric fabric = builder().plugin(MixedPrecision.float16(scaler)).build();
    var model = new Linear(3, 1);
    var optimizer = new SGD(model.parameters(), 0.1);
    fabric.setup(model, optimizer);
    float before = model.weight.detach().getFloat(0, 0);
    fabric.backward(model.apply(Tensor.ones(2, 3)).mean());
    Tensor norm = fabric.clipGradients(model, optimizer, Clip.norm(1e3));
    assertThat(norm.item()).isCloseTo(2, within(1e-3)); // √(3 · 1² + 1²)
    optimizer.step();
    assertThat(model.weight.detach().getFloat(0, 0)).isCloseTo(before - 0.1f, within(1e-5f));
  }
}
