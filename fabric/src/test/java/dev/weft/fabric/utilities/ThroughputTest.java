package dev.weft.fabric.utilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.weft.fabric.utilities.Throughput.Update;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rates worked out by hand. */
class ThroughputTest {

  @Test
  void ratesAreDifferencesOverTheWindow() {
    var throughput = Throughput.of(2).windowSize(3).availableFlops(1000);
    assertThatThrownBy(throughput::compute).hasMessageContaining("call update first");
    throughput.update(Update.of(1, 1, 8).lengths(80).flops(100));
    throughput.update(Update.of(2, 2, 16).lengths(160).flops(200));
    assertThat(throughput.compute())
        .isEqualTo(Map.of("time", 2.0, "batches", 2L, "samples", 16L, "lengths", 160L));
    throughput.update(Update.of(5, 4, 32).lengths(320).flops(600));
    assertThat(throughput.compute())
        .contains(
            entry("device/batches_per_sec", 3 / 4.0),
            entry("batches_per_sec", 2 * 3 / 4.0),
            entry("device/samples_per_sec", 24 / 4.0),
            entry("device/items_per_sec", 240 / 4.0),
            entry("items_per_sec", 480 / 4.0),
            entry("device/flops_per_sec", 800 / 4.0),
            entry("flops_per_sec", 1600 / 4.0),
            entry("device/mfu", 0.2));
    throughput.update(Update.of(6, 5, 40).lengths(400));
    assertThat(throughput.compute()).contains(entry("device/batches_per_sec", 3 / 4.0));
    throughput.reset();
    assertThatThrownBy(throughput::compute).hasMessageContaining("call update first");
  }

  @Test
  void oneRankHasNoTotals() {
    var throughput = Throughput.of(1).windowSize(2).separator("|");
    throughput.update(Update.of(1, 1, 1));
    throughput.update(Update.of(2, 3, 5));
    assertThat(throughput.compute())
        .containsOnlyKeys(
            "time", "batches", "samples", "device|batches_per_sec", "device|samples_per_sec");
  }

  @Test
  void totalsMustGrowAndFitEachOther() {
    var throughput = Throughput.of(1);
    throughput.update(Update.of(1, 1, 2));
    assertThatThrownBy(() -> throughput.update(Update.of(1, 2, 3)))
        .hasMessageContaining("time=1.0");
    assertThatThrownBy(() -> throughput.update(Update.of(2, 1, 3)))
        .hasMessageContaining("batches=1.0");
    assertThatThrownBy(() -> throughput.update(Update.of(2, 4, 3)))
        .hasMessageContaining("fewer than batches");
    assertThatThrownBy(() -> throughput.update(Update.of(2, 2, 3).lengths(2)))
        .hasMessageContaining("fewer than samples");
    assertThatThrownBy(() -> throughput.update(Update.of(2, 2, 3).lengths(9)))
        .hasMessageContaining("always or never");
    throughput.update(Update.of(2, 2, 3));
    assertThatThrownBy(() -> Throughput.of(0)).hasMessageContaining("worldSize=0");
    assertThatThrownBy(() -> Throughput.of(1).windowSize(1)).hasMessageContaining("windowSize=1");
  }
}
