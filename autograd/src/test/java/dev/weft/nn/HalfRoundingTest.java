package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Half;
import dev.weft.engine.Interpolation;
import dev.weft.engine.ScatterReduction;
import dev.weft.engine.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Functions made of several ops round half types once: what float64 gives on the same inputs, then
 * the nearest half number, or its neighbour where float32 cannot tell.
 */
class HalfRoundingTest {

  /** A function of the numbers of a (6, 40) tensor. */
  private static Map<String, UnaryOperator<Tensor>> functions() {
    Tensor index = Tensor.arange(240).mul(7L).remainder(5L).to(DType.INT64).reshape(6, 40);
    var all = new LinkedHashMap<String, UnaryOperator<Tensor>>();
    all.put("x · 0.3", x -> x.mul(0.3));
    all.put("x / 0.3", x -> x.div(0.3));
    all.put("deg2rad", Tensor::deg2rad);
    all.put("rad2deg", Tensor::rad2deg);
    all.put("rsqrt", x -> x.abs().clamp(0.25, 9).rsqrt());
    all.put("quantile", x -> x.quantile(0.37, 1, false, Interpolation.LINEAR));
    all.put("trapezoid", x -> x.trapezoid(0.3, 1));
    all.put("trapezoid at places", x -> x.trapezoid(x.select(0, 1), 1));
    all.put("cumulativeTrapezoid", x -> x.cumulativeTrapezoid(0.3, 1));
    all.put("cumulativeTrapezoid at places", x -> x.cumulativeTrapezoid(x, 0));
    all.put("scatterAdd", x -> x.narrow(1, 0, 5).scatterAdd(1, index, x));
    all.put("indexAdd", x -> x.narrow(1, 0, 5).indexAdd(1, index.select(0, 1), x));
    all.put(
        "scatterReduce",
        x -> x.narrow(1, 0, 5).scatterReduce(1, index, x, ScatterReduction.MEAN, true));
    all.put("einsum of three", x -> Tensor.einsum("ab,cb,cd->ad", x, x, x));
    all.put("einsum of a sum", x -> Tensor.einsum("ab->a", x));
    all.put("linspace", x -> Tensor.linspace(-1.7, 23.1, 77, x.dtype()));
    for (var mode : GridSampleOptions.Mode.values()) {
      all.put(
          "gridSample " + mode,
          x ->
              Functional.gridSample(
                  x.reshape(1, 6, 5, 8),
                  x.narrow(0, 0, 2).reshape(1, 5, 8, 2),
                  GridSampleOptions.DEFAULT.mode(mode)));
    }
    return all;
  }

  private static Tensor numbers() {
    return Tensor.arange(240).to(DType.FLOAT64).mul(12.9898).sin().mul(3).reshape(6, 40);
  }

  @TestFactory
  Stream<DynamicTest> oneRounding() {
    return Stream.of(DType.FLOAT16, DType.BFLOAT16)
        .flatMap(
            dtype ->
                functions().entrySet().stream()
                    .map(
                        f ->
                            dynamicTest(
                                f.getKey() + " of " + dtype, () -> check(f.getValue(), dtype))));
  }

  private static void check(UnaryOperator<Tensor> f, DType dtype) {
    Tensor x = numbers().to(dtype);
    Tensor y = f.apply(x);
    assertThat(y.dtype()).isEqualTo(dtype);
    double[] actual = y.to(DType.FLOAT64).toDoubleArray();
    double[] expected = f.apply(x.to(DType.FLOAT64)).toDoubleArray();
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double slack = 2e-5 * (1 + Math.abs(expected[i])); // sums of float32
      double[] bounds = {
        Half.round(dtype, expected[i] - slack), Half.round(dtype, expected[i] + slack)
      };
      assertThat(actual[i]).isBetween(bounds[0], bounds[1]);
    }
  }

  @TestFactory
  Stream<DynamicTest> gradientsKeepTheDtype() {
    return List.of("quantile", "cumulativeTrapezoid", "einsum of three", "gridSample BILINEAR")
        .stream()
        .map(
            name ->
                dynamicTest(
                    name,
                    () -> {
                      Tensor half = numbers().to(DType.FLOAT16).requiresGrad(true);
                      Tensor wide = half.detach().to(DType.FLOAT64).requiresGrad(true);
                      functions().get(name).apply(half).sum().backward();
                      functions().get(name).apply(wide).sum().backward();
                      Tensor grad = half.grad().orElseThrow();
                      assertThat(grad.dtype()).isEqualTo(DType.FLOAT16);
                      double largest =
                          Arrays.stream(wide.grad().orElseThrow().toDoubleArray())
                              .map(Math::abs)
                              .max()
                              .orElseThrow();
                      assertThat(
                              grad.to(DType.FLOAT64)
                                  .sub(wide.grad().orElseThrow())
                                  .abs()
                                  .max()
                                  .item())
                          .isLessThan(0.004 * (1 + largest));
                    }));
  }
}
