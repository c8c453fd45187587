package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.Functional;
import dev.weft.nn.MaxPooled;
import dev.weft.nn.PoolOptions;
import java.util.List;
import java.util.function.BiFunction;

/** Poolings. */
final class PoolRows {

  private PoolRows() {}

  static void addTo(Rows rows) {
    max(rows, "max_pool1d", Functional::maxPool1dWithIndices);
    max(rows, "max_pool2d", Functional::maxPool2dWithIndices);
    max(rows, "max_pool3d", Functional::maxPool3dWithIndices);
    average(rows, "avg_pool1d", Functional::avgPool1d);
    average(rows, "avg_pool2d", Functional::avgPool2d);
    average(rows, "avg_pool3d", Functional::avgPool3d);
    adaptiveMax(
        rows, "adaptive_max_pool1d", (x, s) -> Functional.adaptiveMaxPool1dWithIndices(x, s[0]));
    adaptiveMax(rows, "adaptive_max_pool2d", Functional::adaptiveMaxPool2dWithIndices);
    adaptiveMax(rows, "adaptive_max_pool3d", Functional::adaptiveMaxPool3dWithIndices);
    adaptiveAverage(rows, "adaptive_avg_pool1d", (x, s) -> Functional.adaptiveAvgPool1d(x, s[0]));
    adaptiveAverage(rows, "adaptive_avg_pool2d", Functional::adaptiveAvgPool2d);
    adaptiveAverage(rows, "adaptive_avg_pool3d", Functional::adaptiveAvgPool3d);
    rows.function(
        "lp_pool1d", a -> Functional.lpPool1d(a.input(), a.number("norm_type", 2), options(a)));
    rows.function(
        "lp_pool2d", a -> Functional.lpPool2d(a.input(), a.number("norm_type", 2), options(a)));
    rows.function(
        "max_unpool1d",
        a ->
            Functional.maxUnpool1d(
                a.input(), a.tensor("indices"), options(a), a.sizes("output_size")));
    rows.function(
        "max_unpool2d",
        a ->
            Functional.maxUnpool2d(
                a.input(), a.tensor("indices"), options(a), a.sizes("output_size")));
    rows.function(
        "local_response_norm",
        a ->
            Functional.localResponseNorm(
                a.input(),
                a.whole("size", 1),
                a.number("alpha", 1e-4),
                a.number("beta", 0.75),
                a.number("k", 1)));
  }

  private static void max(Rows rows, String name, BiFunction<Tensor, PoolOptions, MaxPooled> pool) {
    rows.many("torch.nn.functional." + name, a -> asked(a, pool.apply(a.input(), options(a))));
  }

  private static void adaptiveMax(
      Rows rows, String name, BiFunction<Tensor, long[], MaxPooled> pool) {
    rows.many(
        "torch.nn.functional." + name,
        a -> asked(a, pool.apply(a.input(), a.sizes("output_size"))));
  }

  private static List<Tensor> asked(Arguments a, MaxPooled pooled) {
    return a.flag("return_indices", false)
        ? List.of(pooled.output(), pooled.indices())
        : List.of(pooled.output());
  }

  private static void average(
      Rows rows, String name, BiFunction<Tensor, PoolOptions, Tensor> pool) {
    rows.function(name, a -> pool.apply(a.input(), options(a)));
  }

  private static void adaptiveAverage(
      Rows rows, String name, BiFunction<Tensor, long[], Tensor> pool) {
    rows.function(name, a -> pool.apply(a.input(), a.sizes("output_size")));
  }

  static PoolOptions options(Arguments a) {
    PoolOptions options =
        PoolOptions.of(a.sizes("kernel_size"))
            .padding(a.sizes("padding", 0))
            .dilation(a.sizes("dilation", 1))
            .ceilMode(a.flag("ceil_mode", false))
            .countIncludePad(a.flag("count_include_pad", true));
    if (a.has("stride")) {
      options = options.stride(a.sizes("stride"));
    }
    return a.has("divisor_override")
        ? options.divisorOverride(a.whole("divisor_override", 1))
        : options;
  }
}
