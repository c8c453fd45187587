package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.fabric.launch.Environment;
import dev.weft.nn.Linear;
import dev.weft.nn.Parameter;
import dev.weft.optim.SGD;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Norms and clipped gradients equal those of Lightning. */
class ClippingAsInLightningTest {

  private static final long[][] SHAPES = {{3, 4}, {5}, {2, 2, 2}};

  private final Fabric fabric =
      Fabric.builder().environment(Environment.of(Map.of())).accelerator("cpu").devices(1).build();

  private static List<Parameter> parameters(String gradients) {
    double[] values =
        Arrays.stream(gradients.split(" ")).mapToDouble(Double::parseDouble).toArray();
    Tensor all = Tensor.of(values).to(DType.FLOAT32);
    var parameters = new ArrayList<Parameter>();
    long from = 0;
    for (long[] shape : SHAPES) {
      var parameter = Parameter.of(Tensor.zeros(shape));
      long count = parameter.numel();
      parameter.grad(Optional.of(all.narrow(0, from, count).view(shape).copy()));
      parameters.add(parameter);
      from += count;
    }
    return parameters;
  }

  private static double[] gradients(List<Parameter> parameters) {
    return parameters.stream()
        .flatMapToDouble(p -> Arrays.stream(p.grad().orElseThrow().toDoubleArray()))
        .toArray();
  }

  private static void assertClose(double found, String expected, String row) {
    double value = Double.parseDouble(expected);
    assertThat(found).as(row).isCloseTo(value, within(1e-5 * Math.abs(value) + 1e-30));
  }

  @Test
  void everyNormAndEveryLimit() {
    Map<String, String> gradients = new LinkedHashMap<>();
    for (String row : Lines.of("clip-grads.csv")) {
      gradients.put(row.substring(0, row.indexOf(',')), row.substring(row.indexOf(',') + 1));
    }
    var model = new Linear(1, 1);
    for (String row : Lines.of("clip.csv")) {
      String[] cells = row.split(",", -1);
      var parameters = parameters(gradients.get(cells[2]));
      var optimizer = new SGD(parameters, 0.1);
      double limit = Double.parseDouble(cells[4]);
      if (cells[0].equals("value")) {
        fabric.clipGradients(model, optimizer, Clip.value(limit));
      } else {
        double p = cells[3].equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(cells[3]);
        if (cells[5].equals("RuntimeError")) {
          assertThatThrownBy(() -> fabric.clipGradients(model, optimizer, Clip.norm(limit, p)))
              .as(row)
              .hasMessageContaining("norm");
          continue;
        }
        assertClose(
            fabric.clipGradients(model, optimizer, Clip.norm(limit, p)).item(), cells[5], row);
      }
      double[] after = gradients(parameters);
      assertClose(after[0], cells[6], row);
      assertClose(after[7], cells[7], row);
      assertClose(Arrays.stream(after).map(Math::abs).sum(), cells[8], row);
    }
  }

  @Test
  void aNormThatIsNotFiniteIsAnErrorUnlessAllowed() {
    var parameter = Parameter.of(Tensor.zeros(4));
    var optimizer = new SGD(List.of(parameter), 0.1);
    var model = new Linear(1, 1);
    parameter.grad(Optional.of(Tensor.of(1f, Float.POSITIVE_INFINITY, 3f, 0f)));
    assertThatThrownBy(() -> fabric.clipGradients(model, optimizer, Clip.norm(1)))
        .hasMessageContaining("Infinity");
    assertThat(parameter.grad().orElseThrow().toFloatArray())
        .containsExactly(1, Float.POSITIVE_INFINITY, 3, 0);
    var allowed = Clip.norm(1).errorIfNonfinite(false);
    assertThat(fabric.clipGradients(model, optimizer, allowed).item())
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(parameter.grad().orElseThrow().toFloatArray()).containsExactly(0, Float.NaN, 0, 0);
  }

  @Test
  void withoutGradientsTheNormIsZero() {
    var optimizer = new SGD(List.of(Parameter.of(Tensor.zeros(4))), 0.1);
    assertThat(fabric.clipGradients(new Linear(1, 1), optimizer, Clip.norm(1)).item()).isZero();
  }

  /** In float16 the norm of these would be infinite. */
  @Test
  void theNormOfHalfPrecisionDoesNotOverflow() {
    var parameter = Parameter.of(Tensor.zeros(100).to(DType.FLOAT16));
    parameter.grad(Optional.of(Tensor.full(60_000, 100).to(DType.FLOAT16)));
    var optimizer = new SGD(List.of(parameter), 0.1);
    Tensor norm = fabric.clipGradients(new Linear(1, 1), optimizer, Clip.norm(10));
    assertThat(norm.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(norm.item()).isCloseTo(600_000, within(100.0));
    assertThat(parameter.grad().orElseThrow().to(DType.FLOAT32).getFloat(3))
        .isCloseTo(1, within(1e-3f));
  }
}
