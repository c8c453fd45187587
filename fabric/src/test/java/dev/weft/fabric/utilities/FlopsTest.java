package dev.weft.fabric.utilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Tensor;
import dev.weft.fabric.Fabric;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.utilities.Throughput.Update;
import dev.weft.nn.Conv1d;
import dev.weft.nn.Conv2d;
import dev.weft.nn.ConvOptions;
import dev.weft.nn.ConvTranspose2d;
import dev.weft.nn.Linear;
import dev.weft.nn.Module;
import dev.weft.nn.ReLU;
import dev.weft.nn.Sequential;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts of operations, against those of PyTorch 2.13, and what they are measured against. */
class FlopsTest {

  private static void assertFlops(
      Supplier<Module<Tensor, Tensor>> made, long[] input, long forward, long both) {
    try (var _ = Context.current().withDefaultDevice(Device.META)) {
      Module<Tensor, Tensor> model = made.get();
      Tensor x = Tensor.zeros(input);
      assertThat(x.device().isMeta()).isTrue();
      assertThat(Flops.measure(() -> model.apply(x))).isEqualTo(forward);
      assertThat(Flops.measure(() -> model.apply(x), y -> y.sum())).isEqualTo(both);
    }
  }

  @Test
  void layers() {
    assertFlops(() -> new Linear(7, 5), new long[] {3, 7}, 210, 420);
    assertFlops(() -> new Linear(7, 5), new long[] {2, 3, 7}, 420, 840);
    assertFlops(
        () -> Sequential.of(new Linear(64, 128), new ReLU(), new Linear(128, 10)),
        new long[] {32, 64},
        606_208,
        1_294_336);
    assertFlops(() -> new Conv1d(3, 8, 5), new long[] {2, 3, 20}, 7_680, 15_360);
    assertFlops(
        () -> new Conv2d(3, 8, 3, ConvOptions.DEFAULT.padding(1)),
        new long[] {2, 3, 16, 16},
        221_184,
        442_368);
    assertFlops(
        () -> new ConvTranspose2d(6, 4, 3, ConvOptions.DEFAULT.stride(2)),
        new long[] {2, 6, 8, 8},
        55_296,
        110_592);
  }

  /** PyTorch counts the gradient of a grouped weight once per group. */
  @Test
  void groups() {
    assertFlops(
        () -> new Conv2d(4, 8, 3, ConvOptions.DEFAULT.stride(2).groups(2)),
        new long[] {2, 4, 16, 16},
        28_224,
        2 * 28_224);
  }

  @Test
  void products() {
    Tensor a = Tensor.zeros(2, 3, 4).requiresGrad(true);
    Tensor b = Tensor.zeros(2, 4, 5).requiresGrad(true);
    assertThat(Flops.measure(() -> a.matmul(b))).isEqualTo(240);
    assertThat(Flops.measure(() -> a.matmul(b), y -> y.sum())).isEqualTo(720);
    Tensor q = Tensor.zeros(2, 4, 6, 8);
    assertThat(Flops.measure(() -> dev.weft.nn.Functional.scaledDotProductAttention(q, q, q)))
        .isEqualTo(9216);
    assertThat(Flops.measure(() -> q.add(q).exp())).isZero();
  }

  /** Rows of the specification, found by names that drivers report. */
  @ParameterizedTest
  @CsvSource({
    "NVIDIA H100 80GB HBM3, BFLOAT16, false, 989.5",
    "NVIDIA H100 PCIe, FLOAT32, true, 378",
    "NVIDIA H100 PCIe, FLOAT32, false, 51.2",
    "NVIDIA H100 NVL, FLOAT16, false, 835.5",
    "NVIDIA H200 SXM1, INT8, false, 1979",
    "NVIDIA H200 NVL1, FLOAT64, false, 30",
    "NVIDIA A100-SXM4-40GB, FLOAT64, false, 9.7",
    "NVIDIA A100 80GB PCIe, FLOAT32, true, 156",
    "Tesla T4, FLOAT16, false, 65",
    "Tesla T4, FLOAT32, true, 8.1",
    "Tesla V100-SXM2-32GB, FLOAT16, false, 125",
    "Tesla V100S-PCIE-32GB, FLOAT64, false, 8.2",
    "NVIDIA GeForce RTX 4080 SUPER, BFLOAT16, false, 52.2",
    "NVIDIA GeForce RTX 3090 Ti, FLOAT32, false, 40",
    "NVIDIA GeForce RTX 3090, INT8, false, 284",
    "Tesla L40, FLOAT16, false, 181",
    "NVIDIA L4, FLOAT16, false, 121",
    "NVIDIA A10G, FLOAT32, true, 62.5",
    "NVIDIA RTX A6000, FLOAT32, false, 38.7",
    "Quadro RTX 5000 with Max-Q Design, FLOAT16, false, 89.2",
    "NVIDIA TITAN RTX, INT8, false, 261"
  })
  void peaks(String device, DType dtype, boolean tf32, double teraflops) {
    assertThat(PeakFlops.of(device, dtype, tf32).orElseThrow())
        .isCloseTo(teraflops * 1e12, within(1.0));
  }

  @ParameterizedTest
  @CsvSource({
    "NVIDIA B200, FLOAT16",
    "GeForce GTX 1080, FLOAT32",
    "NVIDIA GeForce RTX 4070, FLOAT32",
    "NVIDIA H200, FLOAT16",
    "Tesla T4, BFLOAT16",
    "NVIDIA A40, FLOAT64"
  })
  void unknownPeaks(String device, DType dtype) {
    assertThat(PeakFlops.of(device, dtype, false)).isEmpty();
  }

  @Test
  void sparseModelsHaveAHigherPeak() {
    var throughput = Throughput.of(1).windowSize(2).availableFlops(1000).sparse();
    throughput.update(Update.of(1, 1, 1).flops(100));
    throughput.update(Update.of(2, 2, 2).flops(100));
    assertThat(throughput.compute()).containsEntry("device/mfu", 0.05);
    assertThatThrownBy(() -> Throughput.of(1).availableFlops(1).sparse(0.5))
        .hasMessageContaining("factor=0.5");
    assertThatThrownBy(() -> Throughput.of(1).sparse()).hasMessageContaining("availableFlops");
  }

  @Test
  void monitorsLogWithAStepOfTheirOwn() {
    var logged = new java.util.ArrayList<String>();
    var logger =
        new dev.weft.fabric.logger.Logger() {
          @Override
          public String name() {
            return "";
          }

          @Override
          public String version() {
            return "";
          }

          @Override
          public void logMetrics(Map<String, ?> metrics, java.util.OptionalLong step) {
            logged.add(step.getAsLong() + " " + metrics.get("batches"));
          }

          @Override
          public void logHyperparams(Map<String, ?> params) {}
        };
    Fabric fabric =
        Fabric.builder()
            .environment(Environment.of(Map.of()))
            .accelerator("cpu")
            .devices(1)
            .loggers(logger)
            .build();
    var monitor = new ThroughputMonitor(fabric, t -> t.windowSize(2));
    monitor.update(Update.of(1, 1, 1));
    monitor.computeAndLog();
    monitor.update(Update.of(2, 2, 2));
    monitor.computeAndLog(java.util.OptionalLong.of(7));
    monitor.update(Update.of(3, 3, 3));
    assertThat(monitor.computeAndLog()).containsEntry("device/batches_per_sec", 1.0);
    assertThat(logged).containsExactly("0 1", "7 2", "8 3");
  }
}
