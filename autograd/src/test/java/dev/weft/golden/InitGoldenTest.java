package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import dev.weft.golden.GoldenAccount.NoRowException;
import dev.weft.nn.Init;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The law that each initialiser draws from; PyTorch's samples were checked against the same. */
@ExtendWith(GoldenAccount.class)
class InitGoldenTest {

  static Stream<Case> cases() {
    return Golden.cases("init");
  }

  @TestFactory
  Stream<DynamicTest> initialisers() {
    return cases().map(c -> dynamicTest(c.id(), () -> check(c)));
  }

  private static void check(Case c) {
    try (var _ = Context.current().withGenerator(new Generator(1));
        var _ = Context.current().withDefaultDtype(DType.FLOAT64)) {
      var samples = new LinkedHashMap<String, double[]>();
      draw(c).forEach((name, tensor) -> samples.put(name, tensor.detach().toDoubleArray()));
      assertThat(samples.keySet()).isEqualTo(c.json().get("expect").members().keySet());
      samples.forEach(
          (name, values) -> {
            Json law = c.json().get("expect").get(name);
            if (law.has("values")) {
              double[] wanted =
                  law.get("values").items().stream().mapToDouble(Golden::number).toArray();
              assertThat(values).as(name).isEqualTo(wanted);
            } else {
              checkLaw(name, values, law);
            }
          });
    }
  }

  private static Map<String, ? extends Tensor> draw(Case c) {
    var args = new LinkedHashMap<String, Json>();
    c.json().get("args").forEach(a -> args.put(a.get("name").text(), a.get("value")));
    return Rows.ALL.hasLayer(c.op())
        ? Rows.ALL.layer(c.op(), Arguments.of(c, Map.of())).module().namedParameters()
        : Map.of("tensor", fill(c.op(), Tensor.empty(shape(args.get("tensor")).sizes()), args));
  }

  private static Shape shape(Json value) {
    return value instanceof Json.Num
        ? Shape.of(value.longValue())
        : Shape.of(value.items().stream().mapToLong(Json::longValue).toArray());
  }

  private static Tensor fill(String op, Tensor tensor, Map<String, Json> args) {
    double gain = number(args, "gain", 1);
    double slope = number(args, "a", 0);
    var fan =
        args.containsKey("mode") && args.get("mode").text().equals("fan_out")
            ? Init.Fan.OUT
            : Init.Fan.IN;
    var rule =
        args.containsKey("nonlinearity")
            ? Init.Nonlinearity.valueOf(args.get("nonlinearity").text().toUpperCase(Locale.ROOT))
            : Init.Nonlinearity.LEAKY_RELU;
    return switch (op.substring(op.lastIndexOf('.') + 1)) {
      case "constant_" -> Init.constant(tensor, number(args, "val", 0));
      case "zeros_" -> Init.zeros(tensor);
      case "ones_" -> Init.ones(tensor);
      case "eye_" -> Init.eye(tensor);
      case "uniform_" -> Init.uniform(tensor, number(args, "a", 0), number(args, "b", 1));
      case "normal_" -> Init.normal(tensor, number(args, "mean", 0), number(args, "std", 1));
      case "trunc_normal_" ->
          Init.truncNormal(
              tensor,
              number(args, "mean", 0),
              number(args, "std", 1),
              number(args, "a", -2),
              number(args, "b", 2));
      case "xavier_uniform_" -> Init.xavierUniform(tensor, gain);
      case "xavier_normal_" -> Init.xavierNormal(tensor, gain);
      case "kaiming_uniform_" -> Init.kaimingUniform(tensor, slope, fan, rule);
      case "kaiming_normal_" -> Init.kaimingNormal(tensor, slope, fan, rule);
      default -> throw new NoRowException(op);
    };
  }

  private static double number(Map<String, Json> args, String name, double otherwise) {
    return args.containsKey(name) ? Golden.number(args.get(name)) : otherwise;
  }

  /** Moments within five standard errors, bounds kept and, for a uniform law, reached. */
  private static void checkLaw(String name, double[] x, Json law) {
    double mean = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double v : x) {
      mean += v / x.length;
      min = Math.min(min, v);
      max = Math.max(max, v);
    }
    double variance = 0;
    for (double v : x) {
      variance += (v - mean) * (v - mean) / x.length;
    }
    double std = Math.sqrt(variance);
    double slack = 5 / Math.sqrt(x.length);
    switch (law.get("law").text()) {
      case "constant" -> {
        assertThat(min).as(name).isEqualTo(law.get("value").doubleValue());
        assertThat(max).as(name).isEqualTo(law.get("value").doubleValue());
      }
      case "uniform" -> {
        double low = law.get("low").doubleValue();
        double high = law.get("high").doubleValue();
        double width = high - low;
        assertThat(min).as(name).isBetween(low, low + 20 * width / x.length);
        assertThat(max).as(name).isBetween(high - 20 * width / x.length, high);
        assertThat(std).as(name).isCloseTo(width / Math.sqrt(12), within(slack * width));
      }
      case "normal" -> {
        double wanted = law.get("std").doubleValue();
        assertThat(mean).as(name).isCloseTo(law.get("mean").doubleValue(), within(slack * wanted));
        assertThat(std).as(name).isCloseTo(wanted, within(slack * wanted));
        assertThat(max - min).as("%s: has tails", name).isGreaterThan(5 * wanted);
      }
      case "truncated_normal" -> {
        double wanted = law.get("measured_std").doubleValue();
        double centre = law.get("measured_mean").doubleValue();
        assertThat(min).as(name).isGreaterThanOrEqualTo(law.get("low").doubleValue());
        assertThat(max).as(name).isLessThanOrEqualTo(law.get("high").doubleValue());
        assertThat(mean).as(name).isCloseTo(centre, within(slack * wanted));
        assertThat(std).as(name).isCloseTo(wanted, within(slack * wanted));
      }
      default -> throw new IllegalArgumentException(law.toString());
    }
  }
}
