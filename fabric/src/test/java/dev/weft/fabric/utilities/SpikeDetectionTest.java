package dev.weft.fabric.utilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import dev.weft.fabric.Fabric;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.RankFailedException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Losses that jump, and losses that do not. */
class SpikeDetectionTest {

  @TempDir Path folder;

  private SpikeDetection.Builder detection() {
    return SpikeDetection.builder().window(4).excludeBatchesPath(folder);
  }

  private static Fabric fabric(int ranks) {
    return Fabric.builder()
        .environment(Environment.of(Map.of()))
        .accelerator("cpu")
        .devices(ranks)
        .strategy(ranks == 1 ? "auto" : "ddp_spawn")
        .build();
  }

  private static void feed(SpikeDetection detection, Fabric fabric, double... losses) {
    for (int i = 0; i < losses.length; i++) {
      detection.onTrainBatchEnd(fabric, Tensor.scalar(losses[i]), "batch", i);
    }
  }

  @Test
  void aLossFarAboveTheMeanIsASpike() {
    assertThatThrownBy(() -> feed(detection().build(), fabric(1), 1, 1.1, 0.9, 1, 4))
        .isInstanceOf(TrainingSpikeException.class)
        .hasMessageContaining("batch 4");
    assertThat(folder.resolve("skip_batches.json")).hasContent("[\n    3,\n    4\n]");
  }

  @Test
  void whatGetsBetterOrStaysNearIsNone() {
    var detection = detection().build();
    assertThatCode(() -> feed(detection, fabric(1), 100, 1, 2, 1.5, 1.4))
        .doesNotThrowAnyException();
  }

  @Test
  void theFirstBatchIsNotLookedAtButNaNAfterItIs() {
    assertThatCode(() -> feed(detection().build(), fabric(1), Double.NaN))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> feed(detection().build(), fabric(1), 1, Double.NaN))
        .isInstanceOf(TrainingSpikeException.class);
  }

  @Test
  void aSpikeOnOneRankIsOneOnAll() {
    assertThatThrownBy(
            () ->
                fabric(2)
                    .launch(
                        f -> {
                          var own = detection().build();
                          feed(own, f, 1, 1);
                          assertThatThrownBy(
                                  () ->
                                      own.onTrainBatchEnd(
                                          f, Tensor.scalar(f.isGlobalZero() ? 1 : 99), "", 2))
                              .isInstanceOf(TrainingSpikeException.class);
                          throw new IllegalStateException("both were stopped");
                        }))
        .isInstanceOf(RankFailedException.class)
        .hasMessageContaining("both were stopped");
  }

  @Test
  void itsStateGoesOn() {
    var first = detection().build();
    feed(first, fabric(1), 1, 1, 1);
    var second = detection().build();
    second.loadStateDict(first.stateDict());
    assertThatThrownBy(() -> second.onTrainBatchEnd(fabric(1), Tensor.scalar(9), "", 3))
        .isInstanceOf(TrainingSpikeException.class);
  }
}
