package dev.weft.golden;

import dev.weft.engine.PadMode;
import dev.weft.nn.Functional;
import dev.weft.nn.GridSampleOptions;
import dev.weft.nn.InterpolateOptions;
import dev.weft.nn.InterpolationMode;
import java.util.Locale;

/** Sizes, sampling and channels of images. */
final class VisionRows {

  private VisionRows() {}

  static void addTo(Rows rows) {
    rows.function("interpolate", a -> Functional.interpolate(a.input(), interpolation(a)));
    rows.function(
        "pad",
        a -> {
          String mode = a.text("mode", "constant").toUpperCase(Locale.ROOT);
          return mode.equals("CONSTANT")
              ? Functional.pad(a.input(), a.wholes("pad"), a.number("value", 0))
              : Functional.pad(a.input(), a.wholes("pad"), PadMode.valueOf(mode));
        });
    rows.function(
        "grid_sample",
        a ->
            Functional.gridSample(
                a.input(),
                a.tensor("grid"),
                GridSampleOptions.DEFAULT
                    .mode(GridSampleOptions.Mode.valueOf(upper(a.text("mode", "bilinear"))))
                    .paddingMode(
                        GridSampleOptions.PaddingMode.valueOf(
                            upper(a.text("padding_mode", "zeros"))))
                    .alignCorners(a.flag("align_corners", false))));
    rows.function(
        "affine_grid",
        a ->
            Functional.affineGrid(
                a.tensor("theta"), a.wholes("size"), a.flag("align_corners", false)));
    rows.function(
        "pixel_shuffle", a -> Functional.pixelShuffle(a.input(), a.whole("upscale_factor")));
    rows.function(
        "pixel_unshuffle", a -> Functional.pixelUnshuffle(a.input(), a.whole("downscale_factor")));
    rows.function("channel_shuffle", a -> Functional.channelShuffle(a.input(), a.whole("groups")));
  }

  private static String upper(String name) {
    return name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  static InterpolateOptions interpolation(Arguments a) {
    if (!a.has("size") && !a.has("scale_factor")) {
      throw new IllegalArgumentException("interpolate: a call without a size does not compile");
    }
    InterpolateOptions options =
        a.has("size")
            ? InterpolateOptions.size(a.wholes("size"))
            : InterpolateOptions.scale(a.numbers("scale_factor"));
    options =
        options
            .mode(InterpolationMode.valueOf(upper(a.text("mode", "nearest"))))
            .recomputeScaleFactor(a.flag("recompute_scale_factor", false))
            .antialias(a.flag("antialias", false));
    return a.has("align_corners") ? options.alignCorners(a.flag("align_corners", false)) : options;
  }
}
