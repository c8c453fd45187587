package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.launch.Environment;
import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.SyncBatchNorm;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class SyncBatchNormTest {

  /** From where to where each of three ranks' samples go: uneven shares of seven. */
  private static final List<long[]> SHARES =
      List.of(new long[] {0, 1}, new long[] {1, 4}, new long[] {5, 2});

  private record Result(float[] y, float[] dx, float[] mean, float[] variance) {}

  private static Tensor samples() {
    Tensor x = Tensor.arange(7 * 3 * 2 * 2).mul(0.37).sin().reshape(7, 3, 2, 2);
    return x.add(Tensor.arange(3).reshape(3, 1, 1).mul(10.0));
  }

  /** Σ y³ is no symmetric function of the samples, so that gradients differ. */
  private static Result result(BatchNorm2d norm, Tensor x) {
    x.requiresGrad(true);
    Tensor y = norm.apply(x);
    y.pow(3).sum().backward();
    return new Result(
        y.toFloatArray(),
        x.grad().orElseThrow().toFloatArray(),
        norm.runningMean.orElseThrow().toFloatArray(),
        norm.runningVar.orElseThrow().toFloatArray());
  }

  @Test
  void ranksNormaliseByTheStatisticsOfAllSamples() {
    Result whole = result(new BatchNorm2d(3), samples().copy());
    var parts = new ConcurrentHashMap<Integer, Result>();
    Fabric.builder()
        .environment(Environment.of(Map.of()))
        .accelerator("cpu")
        .strategy("ddp_spawn")
        .devices(3)
        .build()
        .launch(
            fabric -> {
              BatchNorm2d norm =
                  SyncBatchNorm.convert(new BatchNorm2d(3), t -> fabric.allReduce(t, ReduceOp.SUM));
              long[] share = SHARES.get(fabric.globalRank());
              Tensor x = samples().narrow(0, share[0], share[1]).copy();
              parts.put(fabric.globalRank(), result(norm, x));
            });
    assertThat(parts).hasSize(3);
    parts.forEach(
        (rank, part) -> {
          int from = (int) SHARES.get(rank)[0] * 12;
          for (int i = 0; i < part.y.length; i++) {
            assertThat(part.y[i]).isCloseTo(whole.y[from + i], within(1e-4f));
            assertThat(part.dx[i]).isCloseTo(whole.dx[from + i], within(1e-3f));
          }
          for (int c = 0; c < 3; c++) {
            assertThat(part.mean[c]).isCloseTo(whole.mean[c], within(1e-5f));
            assertThat(part.variance[c]).isCloseTo(whole.variance[c], within(1e-5f));
          }
        });
  }
}
