package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.nio.file.Path;

/** Compares what was read with the tree in NAME.json that the golden file's script wrote. */
final class ExpectedTree {

  private ExpectedTree() {}

  /** Dtype, shape and elements. */
  static void checkElements(String place, Tensor tensor, Json expected, Path folder) {
    assertThat(tensor.dtype()).as(place).hasToString(expected.get("dtype").text());
    assertThat(tensor.shape().sizes()).as(place).isEqualTo(longs(expected.get("shape")));
    if (!expected.has("values")) {
      return;
    }
    Json values = expected.get("values");
    assertThat(values.size()).as(place).isEqualTo((int) tensor.numel());
    if (tensor.dtype().isFloating()) {
      double[] got = tensor.to(DType.FLOAT64).toDoubleArray();
      for (int i = 0; i < got.length; i++) {
        assertThat(got[i]).as(place + "[" + i + "]").isEqualTo((Double) number(values.get(i)));
      }
    } else {
      long[] got = tensor.toLongArray();
      for (int i = 0; i < got.length; i++) {
        assertThat(got[i]).as(place + "[" + i + "]").isEqualTo(whole(values.get(i)));
      }
    }
  }

  static long[] longs(Json array) {
    return array.items().stream().mapToLong(Json::longValue).toArray();
  }

  static double number(Json value) {
    return value instanceof Json.Text(String text) ? Double.parseDouble(text) : value.doubleValue();
  }

  private static long whole(Json value) {
    return value instanceof Json.Bool truth ? truth == Json.Bool.TRUE ? 1 : 0 : value.longValue();
  }
}
