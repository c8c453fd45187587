package dev.weft.fabric.utilities;

import dev.weft.engine.DType;
import dev.weft.fabric.text.Notices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * How many floating-point operations per second a GPU can do at best, by its name and a dtype: what
 * the share of the peak (MFU) is measured against. Dense products, as the makers publish them.
 *
 * <p>Source: NVIDIA's data sheets and architecture papers, in the selection of Lightning Fabric.
 */
public final class PeakFlops {

  private static final double TERA = 1e12;
  private static final double NONE = Double.NaN;

  /** Columns: float64, float32, float32 by way of TF32, bfloat16, float16, int8. */
  private static final Map<String, double[]> TERAFLOPS = new HashMap<>();

  private static void row(String chip, double... columns) {
    TERAFLOPS.put(chip, columns);
  }

  static {
    row("h200 sxm1", 34, 67, 494.5, 989.5, 989.5, 1979);
    row("h200 nvl1", 30, 60, 420, 840, 840, 1680);
    row("h100 sxm", 34, 67, 494.5, 989.5, 989.5, 1979);
    row("h100 nvl", 30, 60, 417.5, 835.5, 835.5, 1670.5);
    row("h100 pcie", 25.6, 51.2, 378, 756, 756, 1513);
    row("rtx 4090", NONE, 82.6, 82.6, 82.6, 82.6, 660.6);
    row("rtx 4080", NONE, 48.7, 48.7, 48.7, 48.7, 389.9);
    row("rtx 4080 super", NONE, 52.2, 52.2, 52.2, 52.2, 417.6);
    row("l4", NONE, 30.3, 60, 121, 121, 242);
    row("l40", NONE, 90.5, 90.5, 181, 181, 362);
    row("a100", 9.7, 19.5, 156, 312, 312, 624);
    row("a6000", NONE, 38.7, 77.4, 38.7, 38.7, 309.7);
    row("a40", NONE, 37.4, 74.8, 149.7, 149.7, 299.3);
    row("a10g", NONE, 31.2, 62.5, 125, 125, 250);
    row("rtx 3090 ti", NONE, 40, 40, 40, 40, 320);
    row("rtx 3090", NONE, 35.6, 35.6, 35.6, 35.6, 284);
    row("rtx 3080 ti", NONE, 34.1, 34.1, 34.1, 34.1, 272.8);
    row("rtx 3080", NONE, 29.8, 29.8, 29.8, 29.8, 238);
    row("rtx 3070", NONE, 20.3, 20.3, 20.3, 20.3, 162.6);
    row("t4", NONE, 8.1, NONE, NONE, 65, 130);
    row("quadro rtx 5000", NONE, 11.2, NONE, NONE, 89.2, NONE);
    row("rtx 2080 super", NONE, 11.2, NONE, NONE, 22.3, 178.4);
    row("rtx 2080 ti", NONE, 14.2, NONE, NONE, 28.5, 227.7);
    row("rtx 2080", NONE, 10.6, NONE, NONE, 21.2, 169.3);
    row("rtx 2070 super", NONE, 9.1, NONE, NONE, 18.1, 145);
    row("titan rtx", NONE, 16.3, NONE, NONE, 32.6, 261);
    row("v100 sxm", 7.8, 15.7, NONE, NONE, 125, NONE);
    row("v100 pcie", 7, 14, NONE, NONE, 112, NONE);
    row("v100s pcie", 8.2, 16.4, NONE, NONE, 130, NONE);
  }

  private static final Pattern WORDS = Pattern.compile("[\\s]+");

  private PeakFlops() {}

  /**
   * The peak of a GPU; empty, with a warning that says why, where it is not known.
   *
   * @param device the name that the driver reports, such as {@code NVIDIA A100-SXM4-40GB}
   * @param dtype what is multiplied
   * @param tf32 whether float32 is multiplied by way of TF32, on GPUs that have it
   */
  public static OptionalDouble of(String device, DType dtype, boolean tf32) {
    Optional<String> chip = chip(device.toLowerCase(Locale.ROOT));
    if (chip.isEmpty() || !TERAFLOPS.containsKey(chip.get())) {
      Notices.warn(
          "the peak of '" + device + "' is not known; give it by Throughput.availableFlops");
      return OptionalDouble.empty();
    }
    double[] columns = TERAFLOPS.get(chip.get());
    double found =
        switch (dtype) {
          case FLOAT64 -> columns[0];
          case FLOAT32 -> tf32 && !Double.isNaN(columns[2]) ? columns[2] : columns[1];
          case BFLOAT16 -> columns[3];
          case FLOAT16 -> columns[4];
          case INT8 -> columns[5];
          default -> NONE;
        };
    if (Double.isNaN(found)) {
      Notices.warn("'" + device + "' has no published peak for " + dtype);
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(found * TERA);
  }

  /** The row of a device. The order of the questions matters: names hold one another. */
  private static Optional<String> chip(String name) {
    if (name.contains("h200")) {
      return first(name, "h200 ", "sxm1", "nvl1");
    }
    if (name.contains("h100")) {
      if (name.contains("hbm3")) {
        return Optional.of("h100 sxm");
      }
      return name.contains("nvl")
          ? Optional.of("h100 nvl")
          : name.contains("pcie") || name.contains("hbm2e")
              ? Optional.of("h100 pcie")
              : Optional.empty();
    }
    if (name.contains("l4")) {
      return Optional.of(name.contains("tesla") || name.contains("l40") ? "l40" : "l4");
    }
    if (name.contains("geforce rtx")) {
      return geforce(name);
    }
    for (String plain : List.of("a6000", "a100", "a40", "a10g", "t4", "quadro rtx 5000")) {
      if (name.contains(plain)) {
        return Optional.of(plain);
      }
    }
    if (name.contains("titan rtx")) {
      return Optional.of("titan rtx");
    }
    return name.contains("v100-sxm")
        ? Optional.of("v100 sxm")
        : name.contains("v100-pcie")
            ? Optional.of("v100 pcie")
            : name.contains("v100s-pcie") ? Optional.of("v100s pcie") : Optional.empty();
  }

  private static Optional<String> first(String name, String prefix, String... kinds) {
    for (String kind : kinds) {
      if (name.contains(kind)) {
        return Optional.of(prefix + kind);
      }
    }
    return Optional.empty();
  }

  /** {@code nvidia geforce rtx 4080 super}: the number is the fourth word. */
  private static Optional<String> geforce(String name) {
    var words = new ArrayList<>(List.of(WORDS.split(name)));
    int rtx = words.indexOf("rtx");
    if (rtx < 0 || rtx + 1 >= words.size()) {
      return Optional.empty();
    }
    String number = "rtx " + words.get(rtx + 1);
    String kind = words.contains("super") ? " super" : words.contains("ti") ? " ti" : "";
    return Optional.of(number + kind);
  }
}
