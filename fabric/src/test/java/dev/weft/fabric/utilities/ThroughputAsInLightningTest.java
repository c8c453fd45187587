package dev.weft.fabric.utilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.fabric.Lines;
import dev.weft.fabric.utilities.Throughput.Update;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences of updates give the metrics that Lightning gives, name by name and in its order. */
class ThroughputAsInLightningTest {

  @Test
  void metricsOfManyRuns() {
    Throughput throughput = Throughput.of(1);
    for (String line : Lines.of("throughput.txt")) {
      String[] cells = line.split(";", -1);
      switch (cells[0]) {
        case "case" -> {
          throughput =
              Throughput.of(Integer.parseInt(cells[2]))
                  .windowSize(Integer.parseInt(cells[1]))
                  .separator(cells[6]);
          if (!cells[3].isEmpty()) {
            throughput = throughput.availableFlops(Double.parseDouble(cells[3]));
          }
        }
        case "update" -> {
          Update update = update(cells);
          if (cells[6].isEmpty()) {
            throughput.update(update);
          } else {
            Throughput current = throughput;
            assertThatThrownBy(() -> current.update(update)).as(line);
          }
        }
        default -> assertMetrics(throughput, line);
      }
    }
  }

  private static Update update(String[] cells) {
    Update update =
        Update.of(Double.parseDouble(cells[1]), Long.parseLong(cells[2]), Long.parseLong(cells[3]));
    if (!cells[4].isEmpty()) {
      update = update.lengths(Long.parseLong(cells[4]));
    }
    return cells[5].isEmpty() ? update : update.flops(Long.parseLong(cells[5]));
  }

  private static void assertMetrics(Throughput throughput, String line) {
    var found = throughput.compute();
    List<String[]> expected =
        Arrays.stream(line.split(";")).skip(1).map(cell -> cell.split("=")).toList();
    assertThat(found.keySet())
        .as(line)
        .containsExactlyInAnyOrderElementsOf(expected.stream().map(pair -> pair[0]).toList());
    for (String[] pair : expected) {
      double value = Double.parseDouble(pair[1]);
      assertThat(found.get(pair[0]).doubleValue())
          .as(pair[0] + " of " + line)
          .isCloseTo(value, within(1e-12 * Math.abs(value)));
    }
  }
}
