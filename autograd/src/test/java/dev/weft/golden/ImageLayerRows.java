package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.AdaptiveAvgPool2d;
import dev.weft.nn.Conv1d;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Conv3d;
import dev.weft.nn.ConvOptions;
import dev.weft.nn.ConvTranspose1d;
import dev.weft.nn.ConvTranspose2d;
import dev.weft.nn.ConvTranspose3d;
import dev.weft.nn.MaxPool2d;
import dev.weft.nn.Module;
import dev.weft.nn.PixelShuffle;
import dev.weft.nn.ReflectionPad2d;
import dev.weft.nn.Upsample;
import dev.weft.nn.ZeroPad2d;

/** Layers over positions. */
final class ImageLayerRows {

  private interface Conv {
    Module<Tensor, Tensor> make(
        long in, long out, long[] kernel, ConvOptions options, boolean bias);
  }

  private ImageLayerRows() {}

  static void addTo(Rows rows) {
    conv(rows, "Conv1d", Conv1d::new);
    conv(rows, "Conv2d", Conv2d::new);
    conv(rows, "Conv3d", Conv3d::new);
    conv(rows, "ConvTranspose1d", ConvTranspose1d::new);
    conv(rows, "ConvTranspose2d", ConvTranspose2d::new);
    conv(rows, "ConvTranspose3d", ConvTranspose3d::new);
    rows.modules.put("torch.nn.MaxPool2d", a -> new MaxPool2d(PoolRows.options(a)));
    rows.modules.put(
        "torch.nn.AdaptiveAvgPool2d", a -> new AdaptiveAvgPool2d(a.sizes("output_size")));
    rows.modules.put("torch.nn.Upsample", a -> new Upsample(VisionRows.interpolation(a)));
    rows.modules.put("torch.nn.ZeroPad2d", a -> new ZeroPad2d(a.wholes("padding")));
    rows.modules.put("torch.nn.ReflectionPad2d", a -> new ReflectionPad2d(a.wholes("padding")));
    rows.modules.put("torch.nn.PixelShuffle", a -> new PixelShuffle(a.whole("upscale_factor")));
  }

  private static void conv(Rows rows, String name, Conv conv) {
    rows.modules.put(
        "torch.nn." + name,
        a ->
            conv.make(
                a.whole("in_channels"),
                a.whole("out_channels"),
                a.wholes("kernel_size"),
                ConvRows.options(a),
                a.flag("bias", true)));
  }
}
