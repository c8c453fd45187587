package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.BatchNorm1d;
import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.BatchNorm3d;
import dev.weft.nn.Functional;
import dev.weft.nn.GroupNorm;
import dev.weft.nn.InstanceNorm1d;
import dev.weft.nn.InstanceNorm2d;
import dev.weft.nn.InstanceNorm3d;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.Module;
import dev.weft.nn.NormOptions;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BiFunction;

/** Normalisation. */
final class NormRows {

  private NormRows() {}

  static void addTo(Rows rows) {
    rows.many(
        "torch.nn.functional.batch_norm",
        a ->
            withStatistics(
                a,
                Functional.batchNorm(
                    a.input(),
                    a.optional("running_mean"),
                    a.optional("running_var"),
                    a.optional("weight"),
                    a.optional("bias"),
                    a.flag("training", false),
                    a.number("momentum", 0.1),
                    a.number("eps", 1e-5))));
    rows.many(
        "torch.nn.functional.instance_norm",
        a ->
            withStatistics(
                a,
                Functional.instanceNorm(
                    a.input(),
                    a.optional("running_mean"),
                    a.optional("running_var"),
                    a.optional("weight"),
                    a.optional("bias"),
                    a.flag("use_input_stats", true),
                    a.number("momentum", 0.1),
                    a.number("eps", 1e-5))));
    rows.function(
        "group_norm",
        a ->
            Functional.groupNorm(
                a.input(),
                a.whole("num_groups"),
                a.optional("weight"),
                a.optional("bias"),
                a.number("eps", 1e-5)));
    rows.function(
        "layer_norm",
        a ->
            Functional.layerNorm(
                a.input(),
                a.shape("normalized_shape"),
                a.optional("weight"),
                a.optional("bias"),
                a.number("eps", 1e-5)));
    rows.function(
        "rms_norm",
        a ->
            Functional.rmsNorm(
                a.input(),
                a.shape("normalized_shape"),
                a.optional("weight"),
                a.has("eps") ? OptionalDouble.of(a.number("eps")) : OptionalDouble.empty()));
    rows.function(
        "normalize",
        a ->
            Functional.normalize(
                a.input(), a.number("p", 2), a.dim("dim", 1), a.number("eps", 1e-12)));
    rows.modules.put(
        "torch.nn.LayerNorm",
        a ->
            new LayerNorm(
                a.shape("normalized_shape").sizes(),
                a.number("eps", 1e-5),
                a.flag("elementwise_affine", true),
                true));
    rows.modules.put(
        "torch.nn.GroupNorm",
        a ->
            new GroupNorm(
                a.whole("num_groups"),
                a.whole("num_channels"),
                a.number("eps", 1e-5),
                a.flag("affine", true)));
    module(rows, "BatchNorm1d", BatchNorm1d::new, NormOptions.BATCH);
    module(rows, "BatchNorm2d", BatchNorm2d::new, NormOptions.BATCH);
    module(rows, "BatchNorm3d", BatchNorm3d::new, NormOptions.BATCH);
    module(rows, "InstanceNorm1d", InstanceNorm1d::new, NormOptions.INSTANCE);
    module(rows, "InstanceNorm2d", InstanceNorm2d::new, NormOptions.INSTANCE);
    module(rows, "InstanceNorm3d", InstanceNorm3d::new, NormOptions.INSTANCE);
  }

  private static List<Tensor> withStatistics(Arguments a, Tensor y) {
    return a.has("running_mean")
        ? List.of(y, a.tensor("running_mean"), a.tensor("running_var"))
        : List.of(y);
  }

  private static void module(
      Rows rows,
      String name,
      BiFunction<Long, NormOptions, Module<Tensor, Tensor>> maker,
      NormOptions defaults) {
    rows.modules.put(
        "torch.nn." + name,
        a -> {
          NormOptions options =
              defaults
                  .eps(a.number("eps", 1e-5))
                  .affine(a.flag("affine", defaults.affine()))
                  .trackRunningStats(a.flag("track_running_stats", defaults.trackRunningStats()));
          options =
              a.isNone("momentum")
                  ? options.cumulative()
                  : options.momentum(a.number("momentum", 0.1));
          return maker.apply(a.whole("num_features"), options);
        });
  }
}
