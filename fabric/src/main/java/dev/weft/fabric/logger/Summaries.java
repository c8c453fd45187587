package dev.weft.fabric.logger;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Summaries as TensorBoard's plugins expect them. Field numbers are those of TensorFlow's {@code
 * summary.proto} and {@code tensor.proto}, and of {@code hparams/api.proto} and {@code
 * plugin_data.proto}.
 */
final class Summaries {

  private static final int VALUE = 1;

  // Summary.Value
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int IMAGE = 4;
  private static final int HISTOGRAM = 5;
  private static final int TENSOR = 8;
  private static final int METADATA = 9;

  private static final int PLUGIN_DATA = 1;
  private static final int PLUGIN_NAME = 1;
  private static final int PLUGIN_CONTENT = 2;

  private static final int DT_STRING = 7;
  private static final int PIXEL_MAX = 255;

  /** Bucket limits grow by a tenth from 10⁻¹² to 10²⁰, on both sides of 0. */
  private static final double[] LIMITS = limits();

  private Summaries() {}

  private static ProtoMessage summary(ProtoMessage value) {
    return new ProtoMessage().message(VALUE, value);
  }

  static ProtoMessage scalar(String tag, double value) {
    return summary(new ProtoMessage().text(TAG, tag).float32(SIMPLE_VALUE, (float) value));
  }

  // ------------------------------------------------------------------------------- text

  static ProtoMessage text(String tag, String text) {
    var shape = new ProtoMessage().message(2, new ProtoMessage().integer(1, 1));
    var tensor =
        new ProtoMessage()
            .integer(1, DT_STRING)
            .message(2, shape)
            .bytes(8, text.getBytes(StandardCharsets.UTF_8));
    return summary(
        new ProtoMessage()
            .text(TAG, tag + "/text_summary")
            .message(METADATA, plugin("text", new byte[0]))
            .message(TENSOR, tensor));
  }

  private static ProtoMessage plugin(String name, byte[] content) {
    return new ProtoMessage()
        .message(
            PLUGIN_DATA, new ProtoMessage().text(PLUGIN_NAME, name).bytes(PLUGIN_CONTENT, content));
  }

  // ------------------------------------------------------------------------------- images

  /**
   * @param image (C, H, W) or (H, W), C of 1, 3 or 4; floating in 0…1, or uint8
   */
  static ProtoMessage image(String tag, Tensor image) {
    if (image.rank() != 2 && image.rank() != 3) {
      throw new IllegalArgumentException(
          "addImage '"
              + tag
              + "': shape "
              + image.shape()
              + ", but an image is (C, H, W) or (H, W)");
    }
    try (var _ = TensorScope.open()) {
      Tensor planes = image.detach();
      if (image.rank() == 2) {
        planes = planes.unsqueeze(0);
      }
      int channels = (int) planes.size(0);
      if (channels != 1 && channels != 3 && channels != 4) {
        throw new IllegalArgumentException(
            "addImage '" + tag + "': " + channels + " channels, but PNG has 1, 3 or 4");
      }
      double scale = image.dtype().isFloating() ? PIXEL_MAX : 1;
      double[] values = planes.permute(1, 2, 0).to(DType.FLOAT64).contiguous().toDoubleArray();
      byte[] pixels = new byte[values.length];
      for (int i = 0; i < pixels.length; i++) {
        // NaN becomes 0; half a level is rounded up.
        pixels[i] = (byte) Math.round(Math.clamp(values[i] * scale, 0, PIXEL_MAX));
      }
      int height = (int) planes.size(1);
      int width = (int) planes.size(2);
      var message =
          new ProtoMessage()
              .integer(1, height)
              .integer(2, width)
              .integer(3, channels)
              .bytes(4, Png.encode(pixels, width, height, channels));
      return summary(new ProtoMessage().text(TAG, tag).message(IMAGE, message));
    }
  }

  // ------------------------------------------------------------------------------- histograms

  private static double[] limits() {
    int half = 0;
    for (double v = 1e-12; v < 1e20; v *= 1.1) {
      half++;
    }
    double[] limits = new double[2 * half + 2];
    double value = 1e-12;
    for (int i = 0; i < half; i++) {
      limits[half + 1 + i] = value;
      limits[half - 1 - i] = -value;
      value *= 1.1;
    }
    limits[half] = 0;
    limits[2 * half + 1] = Double.MAX_VALUE;
    return limits;
  }

  static ProtoMessage histogram(String tag, Tensor values) {
    if (values.numel() == 0) {
      throw new IllegalArgumentException("addHistogram '" + tag + "': there are no values");
    }
    double[] all;
    try (var _ = TensorScope.open()) {
      all = values.detach().to(DType.FLOAT64).contiguous().view(-1).toDoubleArray();
    }
    double[] counts = new double[LIMITS.length];
    double sum = 0;
    double squares = 0;
    for (double x : all) {
      if (Double.isNaN(x)) {
        throw new IllegalArgumentException("addHistogram '" + tag + "': a value is NaN");
      }
      int at = Arrays.binarySearch(LIMITS, x);
      counts[Math.min(at >= 0 ? at : -at - 1, LIMITS.length - 1)]++;
      sum += x;
      squares += x * x;
    }
    int from = 0;
    int to = counts.length;
    while (counts[from] == 0) {
      from++;
    }
    while (counts[to - 1] == 0) {
      to--;
    }
    from = Math.max(0, from - 1); // an empty bucket below, so that the first one has two limits
    var message =
        new ProtoMessage()
            .float64(1, Arrays.stream(all).min().orElseThrow())
            .float64(2, Arrays.stream(all).max().orElseThrow())
            .float64(3, all.length)
            .float64(4, sum)
            .float64(5, squares)
            .float64s(6, Arrays.copyOfRange(LIMITS, from, to))
            .float64s(7, Arrays.copyOfRange(counts, from, to));
    return summary(new ProtoMessage().text(TAG, tag).message(HISTOGRAM, message));
  }

  // ------------------------------------------------------------------------------- settings

  private static ProtoMessage hparams(String tag, ProtoMessage data) {
    return summary(
        new ProtoMessage()
            .text(TAG, "_hparams_/" + tag)
            .message(METADATA, plugin("hparams", data.integer(1, 0).toBytes())));
  }

  /** Which settings and metrics the experiment has. */
  static ProtoMessage experiment(Map<String, Object> params, Iterable<String> metrics) {
    var experiment = new ProtoMessage();
    params.forEach(
        (name, value) ->
            experiment.message(4, new ProtoMessage().text(1, name).integer(4, dataType(value))));
    for (String metric : metrics) {
      experiment.message(5, new ProtoMessage().message(1, new ProtoMessage().text(2, metric)));
    }
    return hparams("experiment", new ProtoMessage().message(2, experiment));
  }

  /** The values of the settings in this run. */
  static ProtoMessage sessionStart(Map<String, Object> params, String group) {
    var start = new ProtoMessage();
    params.forEach(
        (name, value) ->
            start.message(1, new ProtoMessage().text(1, name).message(2, protoValue(value))));
    return hparams("session_start_info", new ProtoMessage().message(3, start.text(4, group)));
  }

  /** The run has begun well, as far as settings go. */
  static ProtoMessage sessionEnd() {
    return hparams(
        "session_end_info", new ProtoMessage().message(4, new ProtoMessage().integer(1, 1)));
  }

  private static long dataType(Object value) {
    return switch (value) {
      case Boolean _ -> 2;
      case Number _ -> 3;
      default -> 1;
    };
  }

  private static ProtoMessage protoValue(Object value) {
    return switch (value) {
      case Boolean bool -> new ProtoMessage().integer(4, bool ? 1 : 0);
      case Number number -> new ProtoMessage().float64(2, number.doubleValue());
      default -> new ProtoMessage().text(3, value.toString());
    };
  }
}
