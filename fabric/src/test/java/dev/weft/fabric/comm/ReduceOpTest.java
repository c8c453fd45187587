package dev.weft.fabric.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReduceOpTest {

  @Test
  void namesArePyTorchsInAnyCase() {
    assertThat(ReduceOp.of("mean")).isEqualTo(ReduceOp.MEAN);
    assertThat(ReduceOp.of("AVG")).isEqualTo(ReduceOp.MEAN);
    assertThat(ReduceOp.of("Sum")).isEqualTo(ReduceOp.SUM);
    for (ReduceOp op : ReduceOp.values()) {
      assertThat(ReduceOp.of(op.toString())).isEqualTo(op);
    }
    assertThatThrownBy(() -> ReduceOp.of("premul_sum"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "reduce operation 'premul_sum' is unknown; known are avg, sum, mean, product, min, max,"
                + " band, bor, bxor");
  }
}
