package dev.weft.fabric.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches, whoever makes them. */
class DataLoaderTest {

  record Pair(Tensor x, Tensor y) {}

  private static Dataset<Pair> pairs(int count) {
    return Dataset.ofTensors(
        new Pair(Tensor.arange(2L * count).view(count, 2), Tensor.arange(count)));
  }

  private static List<List<Long>> labels(DataLoader<Pair> loader) {
    var batches = new ArrayList<List<Long>>();
    for (Pair batch : loader) {
      var row = new ArrayList<Long>();
      for (long y : batch.y().toLongArray()) {
        row.add(y);
      }
      batches.add(row);
    }
    return batches;
  }

  @Test
  void batchesKeepTheOrderAndTheRecord() {
    var loader = DataLoader.of(pairs(5)).batchSize(2).build();
    assertThat(loader.length()).isEqualTo(3);
    assertThat(labels(loader)).containsExactly(List.of(0L, 1L), List.of(2L, 3L), List.of(4L));
    Pair first = loader.iterator().next();
    assertThat(first.x().toLongArray()).containsExactly(0, 1, 2, 3);
    assertThat(first.x().shape().toString()).isEqualTo("(2, 2)");
  }

  @Test
  void workersDeliverWhatTheThreadItselfWould() {
    var alone = DataLoader.of(pairs(101)).batchSize(7).shuffle(true).generator(new Generator(3));
    var crew =
        DataLoader.of(pairs(101)).batchSize(7).shuffle(true).generator(new Generator(3)).workers(3);
    assertThat(labels(crew.build())).isEqualTo(labels(alone.build()));
  }
}
