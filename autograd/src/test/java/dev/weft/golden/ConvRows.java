package dev.weft.golden;

import dev.weft.engine.PadMode;
import dev.weft.engine.Tensor;
import dev.weft.nn.ConvOptions;
import dev.weft.nn.Functional;
import java.util.Locale;
import java.util.Optional;

/** Convolutions. */
final class ConvRows {

  private interface Conv {
    Tensor apply(Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options);
  }

  private ConvRows() {}

  static void addTo(Rows rows) {
    add(rows, "conv1d", Functional::conv1d);
    add(rows, "conv2d", Functional::conv2d);
    add(rows, "conv3d", Functional::conv3d);
    add(rows, "conv_transpose1d", Functional::convTranspose1d);
    add(rows, "conv_transpose2d", Functional::convTranspose2d);
    add(rows, "conv_transpose3d", Functional::convTranspose3d);
    rows.function(
        "unfold", a -> Functional.unfold(a.input(), a.shape("kernel_size").sizes(), options(a)));
    rows.function(
        "fold",
        a ->
            Functional.fold(
                a.input(),
                a.shape("output_size").sizes(),
                a.shape("kernel_size").sizes(),
                options(a)));
  }

  private static void add(Rows rows, String name, Conv conv) {
    rows.function(
        name, a -> conv.apply(a.input(), a.tensor("weight"), a.optional("bias"), options(a)));
  }

  static ConvOptions options(Arguments a) {
    ConvOptions options =
        ConvOptions.DEFAULT
            .stride(a.sizes("stride", 1))
            .dilation(a.sizes("dilation", 1))
            .groups(a.whole("groups", 1))
            .outputPadding(a.sizes("output_padding", 0));
    if (a.has("padding_mode")) {
      String mode = a.text("padding_mode", "zeros").toUpperCase(Locale.ROOT);
      options =
          options.paddingMode(mode.equals("ZEROS") ? PadMode.CONSTANT : PadMode.valueOf(mode));
    }
    if (a.has("padding") && a.get("padding") instanceof String text) {
      return text.equals("same") ? options.samePadding() : options;
    }
    return options.padding(a.sizes("padding", 0));
  }
}
