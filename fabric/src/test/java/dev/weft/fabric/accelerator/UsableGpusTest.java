package dev.weft.fabric.accelerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Backends;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Which GPUs are found, as Lightning's {@code find_usable_cuda_devices} finds them. */
class UsableGpusTest {

  private static List<Integer> find(int count, int visible, Integer... busy) {
    return CudaAccelerator.findUsable(count, visible, index -> !Set.of(busy).contains(index));
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
