package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import dev.weft.nn.Linear;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Finding faults: anomaly mode, and graphs as text. */
class DiagnosticsTest {

  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static Tensor rootOfZeroTimesZero(Tensor x) {
    return x.sqrt().mul(0).sum(); // 0 · 1/(2√0) = 0 · ∞
  }

  @Test
  void anomalyModeNamesTheOpAndWhereItWasCalled() {
    Tensor x = leaf(1, 0);
    try (var _ = Autograd.detectAnomaly()) {
      Tensor y = rootOfZeroTimesZero(x);
      assertThatThrownBy(y::backward)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("backward of sqrt gave NaN")
          .hasMessageContaining("DiagnosticsTest.rootOfZeroTimesZero")
          .hasCauseInstanceOf(RuntimeException.class);
    }
    Tensor y = rootOfZeroTimesZero(x);
    y.backward(); // nobody looks
    Tensor z = rootOfZeroTimesZero(x);
    try (var _ = Autograd.detectAnomaly()) {
      assertThatThrownBy(z::backward).hasMessageContaining("compute it inside");
    }
  }

  @Test
  void errorsOfBackwardTellWhereTheOpWasCalled() {
    try (var _ = Autograd.detectAnomaly()) {
      Tensor y = leaf(1, 2).exp();
      y.mulInPlace(2);
      assertThatThrownBy(() -> y.sum().backward())
          .hasMessageContaining("changed in place")
          .satisfies(
              e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("exp was called at"));
    }
  }

  @Test
  void aGraphIsAListOfOpsWithTheirInputs() {
    Tensor w = leaf(1, 2);
    Tensor b = leaf(3);
    Tensor y = w.mul(Tensor.of(5.0, 6)).add(b).sum();
    var graph = ComputationGraph.of(y, Map.of("w", w));
    assertThat(graph.toString())
        .isEqualTo(
            """
            %0 = w: float64 (2)
            %1 = mul(%0, -): float64 (2)
            %2 = leaf: float64 (1)
            %3 = expand(2)(%2): float64 (2)
            %4 = add(%1, %3): float64 (2)
            %5 = sum[dims=[0]](%4): float64 ()
            """);
    assertThat(graph.counts()).containsEntry("mul", 1).hasSize(4);
    assertThat(graph.vertices().getLast().inputs()).isEqualTo(List.of(Optional.of(4)));
    assertThat(ComputationGraph.of(w).vertices()).hasSize(1);
  }

  @Test
  void aGraphIsDrawnByGraphviz() {
    var layer = new Linear(2, 1);
    Tensor y = layer.apply(Tensor.ones(1, 2)).sum();
    String dot = ComputationGraph.of(y, layer.namedParameters()).toDot();
    assertThat(dot)
        .startsWith("digraph {")
        .contains("[label=\"weight\\nfloat32 (1, 2)\", style=filled];")
        .contains("n0 -> n2;")
        .contains("n1 -> n2;")
        .contains("n2 -> n3;")
        .endsWith("}\n");
  }

  @Test
  void withoutAGraphThereIsNothingToShow() {
    assertThatThrownBy(() -> ComputationGraph.of(Tensor.of(1.0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("graph");
  }
}
