package dev.weft.fabric.accelerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Backends;
import dev.weft.fabric.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Which GPUs are asked for, and which of them are found to be usable. */
class UsableGpusTest {

  private static List<Integer> find(int count, int visible, Integer... busy) {
    return CudaAccelerator.findUsable(count, visible, index -> !Set.of(busy).contains(index));
  }

  /** On machines with 0, 1, 2 and 4 GPUs, as Lightning 2.6.6 reads the setting. */
  @Test
  void devicesOfTheSetting() throws IOException {
    List<String> rows = Files.readAllLines(Path.of("src/test/resources/lightning/gpu-ids.tsv"));
    assertThat(rows).hasSize(176);
    for (String row : rows) {
      String[] cells = row.split("\t", -1);
      assertThat(indices(cells[1], Integer.parseInt(cells[0]))).as(row).isEqualTo(cells[2]);
    }
  }

  private static String indices(String setting, int visible) {
    if (List.of("'0'", "0", "[]").contains(setting)) {
      assertThat(request(setting).isEmpty()).isTrue(); // refused before anybody counts GPUs
      return "none";
    }
    try {
      return CudaAccelerator.indices(request(setting), visible).stream()
          .map(String::valueOf)
          .collect(Collectors.joining(" "));
    } catch (ConfigurationException e) {
      return "error";
    }
  }

  /** Text in quotes, a list in brackets, or a number. */
  private static DeviceRequest request(String setting) {
    if (setting.startsWith("'")) {
      return DeviceRequest.of(setting.substring(1, setting.length() - 1));
    }
    if (setting.startsWith("[")) {
      return new DeviceRequest.Indices(
          Arrays.stream(setting.substring(1, setting.length() - 1).split(","))
              .filter(index -> !index.isEmpty())
              .map(Integer::valueOf)
              .toList());
    }
    return new DeviceRequest.Count(Integer.parseInt(setting));
  }

  @Test
  void theFirstThatCanBeUsed() {
    assertThat(find(0, 0)).isEmpty();
    assertThat(find(0, 4)).isEmpty();
    assertThat(find(1, 4)).containsExactly(0);
    assertThat(find(2, 4, 0, 2)).containsExactly(1, 3);
    assertThat(find(-1, 4)).containsExactly(0, 1, 2, 3);
    assertThat(find(-1, 4, 1)).containsExactly(0, 2, 3);
    assertThat(find(-1, 2, 0, 1)).isEmpty();
  }

  @Test
  void nobodyLooksFurtherThanNeeded() {
    List<Integer> seen = new ArrayList<>();
    CudaAccelerator.findUsable(
        1,
        4,
        index -> {
          seen.add(index);
          return true;
        });
    assertThat(seen).containsExactly(0);
  }

  @Test
  void tooFewAreAnError() {
    assertThatThrownBy(() -> find(3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("findUsable: 3 GPUs are asked for, and there are 2");
    assertThatThrownBy(() -> find(-1, 0)).hasMessageContaining("there are 0");
    assertThatThrownBy(() -> find(-2, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> find(2, 3, 0, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("only 1 can be used; another program may have [0, 2] to itself");
  }

  @Test
  void onAMachineWithoutGpusThereAreNone() {
    Assumptions.assumeTrue(Backends.count("cuda") == 0);
    assertThat(CudaAccelerator.findUsable(0)).isEmpty();
    assertThatThrownBy(() -> CudaAccelerator.findUsable(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
